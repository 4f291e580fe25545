"""The settings of notifications: channels, routes, quiet hours. Made into notifiers and routes by notify.channels."""

import ipaddress
import re
from datetime import time
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from tunewright_agent.config.secrets import SecretReference
from tunewright_agent.config.tables import Duration, Table, Whole
from tunewright_alerts.routing import GROUP_BY

SeverityName = Literal["info", "low", "medium", "high", "critical"]
Kind = Literal["slack", "teams", "pagerduty", "webhook", "alertmanager", "smtp", "ses", "sns", "apprise"]
INCIDENTS = (
    "availability/unreachable",
    "locks/blocking_chain",
    "locks/idle_in_transaction",
    "maintenance/horizon_held_back",
    "parameters/connections_near_limit",
    "replication/inactive_slot",
    "replication/replica_lag",
)
"""Checks that judge the moment: cheap, and of use within a minute."""
DAYS: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
)
_URL = ("url", "url_from")
_USED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "slack": (("url*",), ("allow_addresses",)),
    "teams": (("url*",), ("allow_addresses",)),
    "pagerduty": (("key_from",), ("url", "allow_addresses")),
    "webhook": (("url*",), ("secret_from", "allow_addresses")),
    "alertmanager": (("url*",), ("token_from", "allow_addresses")),
    "smtp": (("host", "sender", "to"), ("port", "security", "user", "password_from")),
    "ses": (("sender", "to"), ("region",)),
    "sns": (("topic",), ()),
    "apprise": (("url*",), ("allow_addresses",)),
}
"""By kind: what it needs and what else it may have; `url*` is url or url_from."""
_ALWAYS = ("name", "kind", "limit", "limit_every")


class ChannelSettings(Table):
    """One way to reach people or programs. Repeat the table for more."""

    name: str = Field(
        description="Your name of it, for routes and commands.", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
    )
    kind: Kind = Field(description="What it is.")
    url: str | None = Field(
        None,
        repr=False,
        description="Its address (slack, teams, webhook, alertmanager, apprise); of pagerduty only for the EU region.",
    )
    url_from: SecretReference | None = Field(
        None, description="Where the address comes from, in place of url: a webhook's address is a secret."
    )
    allow_addresses: tuple[str, ...] = Field(
        (), description="Private networks that its address may lie in; public ones always may."
    )
    key_from: SecretReference | None = Field(
        None, description="pagerduty: where the integration key (Events API v2) comes from."
    )
    secret_from: SecretReference | None = Field(
        None, description="webhook: where the secret that signs each body comes from."
    )
    token_from: SecretReference | None = Field(None, description="alertmanager: where a bearer token comes from.")
    topic: str | None = Field(None, description="sns: the topic's ARN.")
    host: str | None = Field(None, description="smtp: the relay.")
    port: Whole | None = Field(
        None, description='smtp: its port; default 587, 465 with security = "tls".', ge=1, le=65535
    )
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="smtp: how the connection is secured.")
    user: str | None = Field(None, description="smtp: the account, where the relay wants one.")
    password_from: SecretReference | None = Field(None, description="smtp: where its password comes from.")
    region: str | None = Field(None, description="ses: the AWS region.")
    sender: str | None = Field(None, description="smtp, ses: the From address.")
    to: tuple[str, ...] = Field((), description="smtp, ses: the readers' addresses.")
    limit: Whole = Field(
        30,
        description="How many messages it gets within limit_every; critical ones and resolutions always pass, "
        "the rest is told later, as it then stands.",
        ge=1,
    )
    limit_every: Duration = Field(600.0, description="The span of limit.", ge=60, le=3600)

    @field_validator("allow_addresses")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for one in networks:
            try:
                ipaddress.ip_network(one)
            except ValueError:
                raise ValueError(f"'{one}' is not a network such as 10.0.0.0/8 or 127.0.0.1/32") from None
        return networks

    @field_validator("sender", "to")
    @classmethod
    def _addresses(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        from tunewright_alerts.mail import address

        for one in (value,) if isinstance(value, str) else value or ():
            try:
                address(one)
            except (ValueError, IndexError):
                raise ValueError(f"'{one}' is not an e-mail address") from None
        return value

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needed, optional = _USED[self.kind]
        given = self.model_fields_set - set(_ALWAYS)
        names = {part for one in (*needed, *optional) for part in (_URL if one == "url*" else (one,))}
        for one in needed:
            ways = _URL if one == "url*" else (one,)
            if sum(bool(getattr(self, name)) for name in ways) != 1:
                raise ValueError(f"a channel of kind {self.kind} needs {' or '.join(ways)}")
        for name in sorted(given - names):
            raise ValueError(f"a channel of kind {self.kind} has no {name}; it takes {', '.join(sorted(names))}")
        return self


class QuietSettings(Table):
    """Hours in which little is told."""

    start: str = Field(description='When they begin, as "22:00".')
    end: str = Field(description='When they end, as "07:00"; before start: on the next day.')
    timezone: str = Field("UTC", description='Whose clock, as "Europe/Berlin".')
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        DAYS, description="On which days they begin."
    )
    least_severity: SeverityName = Field("critical", description="What is told all the same.")

    @field_validator("start", "end")
    @classmethod
    def _is_time(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError('a time such as "22:00" is wanted')
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError('a time zone such as "Europe/Berlin" is wanted') from None
        return value

    def at(self, name: Literal["start", "end"]) -> time:
        """start or end as a time."""
        return time.fromisoformat(getattr(self, name))


class RouteSettings(Table):
    """Which findings go to which channels; for each channel the first route that takes a finding counts."""

    channels: tuple[str, ...] = Field(description="Names of channels.", min_length=1)
    least_severity: SeverityName = Field("medium", description="Less severe findings do not go this way.")
    clusters: tuple[str, ...] = Field((), description="Names of clusters, with * and ?; empty: all.")
    checks: tuple[str, ...] = Field((), description='Checks, as "locks/*"; empty: all.')
    teams: tuple[str, ...] = Field((), description="Teams whose clusters are meant; empty: all.")
    group_by: tuple[str, ...] | None = Field(
        None,
        description="What is told in one message: of cluster, group (of checks), check, subject, instance, severity. "
        "Default: cluster and group; pagerduty: cluster, check and subject.",
    )
    wait: Duration = Field(
        5.0, description="How long more of the same group is waited for before the first message.", ge=0
    )
    interval: Duration = Field(
        300.0,
        description="The least time between messages about changes of a group; what is high goes after wait.",
        ge=5,
    )
    repeat: Duration | None = Field(
        None,
        description="After which time what is high or critical is told again; default: 24h, alertmanager 5m.",
        ge=60,
    )
    resolved: bool = Field(True, description="Whether it is told when all of a group is gone.")
    quiet: QuietSettings | None = Field(
        None, description="Hours in which only the most severe is told; what still stands is told after them."
    )

    @field_validator("group_by")
    @classmethod
    def _known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for one in names or ():
            if one not in GROUP_BY:
                raise ValueError(f"'{one}' is not one of {', '.join(GROUP_BY)}")
        return names


class NotificationSettings(Table):
    """What is told, by the daemon itself, to whom. Without channels nothing is."""

    page_url: str | None = Field(None, description="The address of the findings page as readers reach it, for links.")
    incidents_every: Duration = Field(
        5.0, description="How often the checks named in incidents judge the newest sample.", ge=1
    )
    incidents: tuple[str, ...] = Field(INCIDENTS, description="Checks that do not wait for agent.judge_every.")
    settle: Duration = Field(30.0, description="How long an incident must be gone before it is told as resolved.", ge=0)
    give_up_after: Duration = Field(86400.0, description="How long a message is tried.", ge=60)
    teams: dict[str, tuple[str, ...]] = Field({}, description="Clusters (with * and ?) by team, for routes.")
    channels: tuple[ChannelSettings, ...] = Field((), description="The channels.")
    routes: tuple[RouteSettings, ...] = Field(
        (), description="The routes; without any, all channels get what is medium or worse."
    )

    @field_validator("page_url")
    @classmethod
    def _is_page(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s<>\"'#]+", value):
            raise ValueError("an address such as https://tunewright.example.net/findings is wanted")
        return value

    @field_validator("incidents")
    @classmethod
    def _checks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        from tunewright_analyzers.check import discover

        known = {str(check.id) for check in discover()}
        for one in names:
            if one not in known:
                raise ValueError(f"there is no check '{one}'")
        return names

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [one.name for one in self.channels]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the channel '{name}' is given twice")
        for route in self.routes:
            for name in route.channels:
                if name not in names:
                    raise ValueError(
                        f"a route goes to '{name}', which is not a channel; known are: {', '.join(names) or 'none'}"
                    )
            for team in route.teams:
                if team not in self.teams:
                    raise ValueError(f"a route names the team '{team}', which is not in notifications.teams")
        return self
