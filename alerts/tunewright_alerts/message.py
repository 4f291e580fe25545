"""What is told: an Alert is one thing that is wrong now, a Message is what one channel is told of a group of them.

Alerts enter from the agent (a Finding made flat); routing makes Messages; notifiers write them in their channel's form. Pure.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tunewright_analyzers.finding import Severity


class Event(StrEnum):
    """What a message is about."""

    OPENED = "opened"
    CHANGED = "changed"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong. `key` is stable over its life and holds no values; `facts` are (label, value with unit)."""

    key: str
    cluster: str
    instance: str
    check: str
    severity: Severity
    subject: str
    summary: str
    opened_at: datetime
    facts: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    """Statements of the first recommendation, as they stand."""
    database: str | None = None
    finding: str = ""
    """The finding's id: its place on the findings page."""

    @property
    def group(self) -> str:
        """`locks` of `locks/blocking_chain`."""
        return self.check.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel is told.

    `key` is this message's alone: a receiver that sees it twice may drop the second. `thread` is the same for all messages of one
    group, so that a pager can close what it opened. `open` are the alerts that stand, `closed` those that were told and are gone.
    """

    key: str
    thread: str
    event: Event
    at: datetime
    open: tuple[Alert, ...]
    closed: tuple[Alert, ...] = ()
    page_url: str | None = None
    keep_seconds: float = 0.0
    """For receivers that forget by themselves: within this time the message comes again or is resolved."""

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that stand, or else those that are gone."""
        return self.open or self.closed

    @property
    def severity(self) -> Severity:
        """The worst of its alerts."""
        return max((one.severity for one in self.alerts), key=lambda one: one.rank, default=Severity.INFO)

    @property
    def clusters(self) -> tuple[str, ...]:
        """Whose they are, each once."""
        return tuple(dict.fromkeys(one.cluster for one in self.alerts))


def digest(*parts: str) -> str:
    """Thirty-two hex digits that stand for these parts."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
