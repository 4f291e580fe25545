"""Settings of notifications made into what works: the plan for the outbox, and a notifier for a channel. Secrets are read at each sending."""

import ipaddress
from collections.abc import Callable
from zoneinfo import ZoneInfo

from tunewright_agent.config.notifications import (
    DAYS,
    ChannelSettings,
    NotificationSettings,
    QuietSettings,
    RouteSettings,
)
from tunewright_alerts.delivery import Notifier
from tunewright_alerts.notifiers import pagerduty
from tunewright_alerts.notifiers.alertmanager import Alertmanager
from tunewright_alerts.notifiers.apprise import Apprise
from tunewright_alerts.notifiers.pagerduty import PagerDuty
from tunewright_alerts.notifiers.ses import Ses
from tunewright_alerts.notifiers.slack import Slack
from tunewright_alerts.notifiers.smtp import Smtp
from tunewright_alerts.notifiers.sns import Sns
from tunewright_alerts.notifiers.teams import Teams
from tunewright_alerts.notifiers.webhook import Webhook
from tunewright_alerts.routing import Limit, Plan, Quiet, Route
from tunewright_alerts.web import Network
from tunewright_analyzers.finding import Severity

_GROUPS = {"pagerduty": ("cluster", "check", "subject"), "alertmanager": ("cluster",)}
_REPEATS = {"alertmanager": 300.0}
_USUAL_REPEAT = 86400.0
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def _networks(channel: ChannelSettings) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in channel.allow_addresses)


def _url(channel: ChannelSettings) -> str:
    return channel.url_from.resolve() if channel.url_from is not None else channel.url or ""


def _pagerduty(channel: ChannelSettings) -> Notifier:
    key = channel.key_from.resolve() if channel.key_from is not None else ""
    return PagerDuty(key, channel.url or pagerduty.URL, _networks(channel))


def _webhook(channel: ChannelSettings) -> Notifier:
    secret = channel.secret_from.resolve() if channel.secret_from is not None else None
    return Webhook(_url(channel), secret, _networks(channel))


def _alertmanager(channel: ChannelSettings) -> Notifier:
    token = channel.token_from.resolve() if channel.token_from is not None else None
    return Alertmanager(_url(channel), token, _networks(channel))


def _smtp(channel: ChannelSettings) -> Notifier:
    password = channel.password_from.resolve() if channel.password_from is not None else None
    port = channel.port or _PORTS[channel.security]
    return Smtp(channel.host or "", port, channel.sender or "", channel.to, channel.security, channel.user, password)


_MAKERS: dict[str, Callable[[ChannelSettings], Notifier]] = {
    "slack": lambda channel: Slack(_url(channel), _networks(channel)),
    "teams": lambda channel: Teams(_url(channel), _networks(channel)),
    "pagerduty": _pagerduty,
    "webhook": _webhook,
    "alertmanager": _alertmanager,
    "smtp": _smtp,
    "ses": lambda channel: Ses(channel.sender or "", channel.to, channel.region),
    "sns": lambda channel: Sns(channel.topic or ""),
    "apprise": lambda channel: Apprise(_url(channel), _networks(channel)),
}


def notifier_of(channel: ChannelSettings) -> Notifier:
    """The channel's notifier, with its secrets as they are now. Raises SecretError."""
    return _MAKERS[channel.kind](channel)


def _quiet(settings: QuietSettings | None) -> Quiet | None:
    if settings is None:
        return None
    days = tuple(DAYS.index(day) for day in settings.days)
    return Quiet(
        settings.at("start"), settings.at("end"), ZoneInfo(settings.timezone), Severity(settings.least_severity), days
    )


def _route(settings: RouteSettings, channel: ChannelSettings) -> Route:
    return Route(
        channel=channel.name,
        least=Severity(settings.least_severity),
        clusters=settings.clusters,
        checks=settings.checks,
        teams=settings.teams,
        group_by=settings.group_by or _GROUPS.get(channel.kind, ("cluster", "group")),
        wait_seconds=settings.wait,
        interval_seconds=settings.interval,
        repeat_seconds=settings.repeat or _REPEATS.get(channel.kind, _USUAL_REPEAT),
        repeat_least=Severity.INFO if channel.kind == "alertmanager" else Severity.HIGH,
        resolved=settings.resolved,
        quiet=_quiet(settings.quiet),
    )


def plan_of(settings: NotificationSettings) -> Plan:
    """Routes, teams and limits."""
    channels = {one.name: one for one in settings.channels}
    routes = settings.routes or (RouteSettings(channels=tuple(channels)),)
    made = tuple(_route(one, channels[name]) for one in routes for name in one.channels)
    limits = {name: Limit(one.limit, one.limit_every) for name, one in channels.items()}
    return Plan(made, settings.teams, limits, settings.page_url)
