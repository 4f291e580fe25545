"""Alertmanager by its v2 API: each alert by itself; it groups, silences and repeats by its own rules.

What stands is sent again at every `repeat` of the route (5 minutes unless set) and would end by itself after four of them; what is gone ends now.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.message import Alert, Event, Message
from tunewright_alerts.web import Network, post
from tunewright_analyzers.finding import Severity

_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """One Alertmanager; `url` is its address, as in http://alertmanager.example.net:9093. `token` is a bearer token."""

    url: str
    token: str | None = None
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier. A test makes an alert that ends within a minute."""
        headers = {"Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        post(f"{self.url.rstrip('/')}/api/v2/alerts", json.dumps(payload(message)).encode(), headers, self.allowed)


def name(check: str) -> str:
    """`LocksBlockingChain` of `locks/blocking_chain`."""
    return "".join(part.capitalize() for part in check.replace("/", "_").split("_") if part) or "Tunewright"


def _one(alert: Alert, message: Message, ends: datetime) -> dict[str, Any]:
    labels = {
        "alertname": name(alert.check),
        "product": "tunewright",
        "cluster": alert.cluster,
        "server": alert.instance,
        "check": alert.check,
        "subject": alert.subject,
        "finding": alert.finding,
    }
    described = "; ".join(f"{label}: {value}" for label, value in wording.facts(alert))
    annotations = {"summary": wording.shown(alert.summary), "description": described, "runbook": wording.runbook(alert)}
    one: dict[str, Any] = {
        "labels": {
            **{key: wording.shown(value) for key, value in labels.items() if value},
            "severity": _SEVERITIES[alert.severity],
        },
        "annotations": {key: value for key, value in annotations.items() if value},
        "startsAt": alert.opened_at.isoformat(),
        "endsAt": ends.isoformat(),
    }
    if (page := wording.link(message, alert)) is not None:
        one["generatorURL"] = page
    return one


def payload(message: Message) -> list[dict[str, Any]]:
    """The alerts as Alertmanager takes them. An alert whose severity changed is another to it: the old one ends by itself."""
    if message.event is Event.TEST:
        ends = (message.at + timedelta(minutes=1)).isoformat()
        labels = {"alertname": "TunewrightTest", "product": "tunewright", "severity": "info"}
        return [
            {
                "labels": labels,
                "annotations": {"summary": wording.title(message)},
                "startsAt": message.at.isoformat(),
                "endsAt": ends,
            }
        ]
    stands = message.at + timedelta(seconds=max(message.keep_seconds, 300.0))
    return [
        *(_one(one, message, stands) for one in message.open),
        *(_one(one, message, message.at) for one in message.closed),
    ]
