"""Microsoft Teams by a Workflows webhook, as an Adaptive Card. Text that is not ours stands in TextRuns, which know no Markdown."""

import json
from dataclasses import dataclass
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.message import Event, Message
from tunewright_alerts.web import Network, post
from tunewright_analyzers.finding import Severity

_COLOURS = {Severity.CRITICAL: "Attention", Severity.HIGH: "Attention", Severity.MEDIUM: "Warning"}


@dataclass(frozen=True, slots=True)
class Teams:
    """One webhook."""

    url: str
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier."""
        post(self.url, json.dumps(payload(message)).encode(), {"Content-Type": "application/json"}, self.allowed)


def _line(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def payload(message: Message) -> dict[str, Any]:
    """The message as Teams takes it."""
    colour = "Good" if message.event is Event.RESOLVED else _COLOURS.get(message.severity, "Default")
    body = [_line(wording.title(message), weight="Bolder", size="Medium", color=colour)]
    for alert in wording.listed(message):
        body += [_line(wording.heading(alert), weight="Bolder"), _line(wording.shown(alert.summary))]
        if message.event is not Event.RESOLVED:
            body += [_line(f"{label}: {value}", isSubtle=True) for label, value in wording.facts(alert)]
            body += [_line(line, fontType="Monospace") for one in alert.advice for line in wording.statement(one).splitlines()]  # fmt: skip
            body.append(_line(wording.runbook(alert), isSubtle=True))
    if (rest := wording.rest(message)) is not None:
        body.append(_line(rest))
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "body": body,
    }
    if (page := wording.link(message)) is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Findings", "url": page}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
