"""A generic webhook: JSON, signed. Receivers check `X-Tunewright-Signature: t=UNIX,v1=HEX`, where HEX is the HMAC-SHA256 of `UNIX.BODY`
under the shared secret (and refuse old times), and may drop a body whose `Idempotency-Key` they have seen."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.message import Alert, Message
from tunewright_alerts.web import Network, post

VERSION = 1


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver; unsigned without a secret."""

    url: str
    secret: str | None = None
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier."""
        body = json.dumps(payload(message)).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self.secret is not None:
            headers["X-Tunewright-Signature"] = signature(self.secret, int(message.at.timestamp()), body)
        post(self.url, body, headers, self.allowed)


def signature(secret: str, unix: int, body: bytes) -> str:
    """The header's value."""
    digest = hmac.new(secret.encode(), f"{unix}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={unix},v1={digest}"


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "key": alert.key,
        "cluster": alert.cluster,
        "instance": alert.instance,
        "check": alert.check,
        "severity": alert.severity.value,
        "subject": wording.shown(alert.subject),
        "summary": wording.shown(alert.summary, 1000),
        "opened_at": alert.opened_at.isoformat(),
        "facts": [{"label": label, "value": value} for label, value in wording.facts(alert)],
        "advice": [wording.statement(one) for one in alert.advice],
        "finding": alert.finding,
    }


def payload(message: Message) -> dict[str, Any]:
    """What a program is told: every alert, none left out."""
    return {
        "version": VERSION,
        "key": message.key,
        "thread": message.thread,
        "event": message.event.value,
        "at": message.at.isoformat(),
        "severity": message.severity.value,
        "title": wording.title(message),
        "open": [_alert(one) for one in message.open],
        "closed": [_alert(one) for one in message.closed],
        "url": message.page_url,
    }
