"""PagerDuty by Events API v2: `trigger` opens or renews, `resolve` closes. Its dedup_key is the message's thread, so a repetition changes nothing."""

import json
from dataclasses import dataclass
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.message import Event, Message
from tunewright_alerts.web import Network, post
from tunewright_analyzers.finding import Severity

URL = "https://events.pagerduty.com/v2/enqueue"
_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "warning",
    Severity.INFO: "info",
}


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """One integration. `url` is another one for the EU region."""

    routing_key: str
    url: str = URL
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier. A test is triggered and resolved at once."""
        actions = ("trigger", "resolve") if message.event is Event.TEST else (_action(message),)
        for action in actions:
            body = json.dumps(payload(message, self.routing_key, action)).encode()
            post(self.url, body, {"Content-Type": "application/json"}, self.allowed)


def _action(message: Message) -> str:
    return "resolve" if message.event is Event.RESOLVED else "trigger"


def payload(message: Message, routing_key: str, action: str) -> dict[str, Any]:
    """The event as PagerDuty takes it: at most 255 characters of dedup_key, 1024 of summary."""
    event: dict[str, Any] = {"routing_key": routing_key, "event_action": action, "dedup_key": f"tunewright-{message.thread}"}  # fmt: skip
    if action == "resolve":
        return event
    alerts = wording.listed(message)
    first = alerts[0] if alerts else None
    details = {
        wording.heading(one): {
            "summary": wording.shown(one.summary),
            **dict(wording.facts(one)),
            "advice": [wording.statement(line) for line in one.advice],
            "explained by": wording.runbook(one),
        }
        for one in alerts
    }
    event["payload"] = {
        "summary": wording.title(message),
        "source": wording.shown(f"{first.cluster}/{first.instance}" if first else "tunewright", 200),
        "severity": _SEVERITIES[message.severity],
        "timestamp": message.at.isoformat(),
        "component": wording.shown(first.subject, 200) if first else "tunewright",
        "group": wording.shown(first.cluster, 200) if first else "tunewright",
        "class": wording.shown(first.check, 200) if first else "test",
        "custom_details": details,
    }
    event["client"] = "Tunewright"
    if (page := wording.link(message, first)) is not None:
        event["client_url"] = page
        event["links"] = [{"href": page, "text": "Findings"}]
    return event
