"""Makers of log events."""

from typing import Any

from cases.case import DAY
from cases.facts import ago
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents


def event(category: str, kind: str, count: int = 1, **changes: Any) -> LogEvent:
    """`count` events of the day, the last an hour ago."""
    given: dict[str, Any] = {"database": "shop", "subject": "", "last_at": ago(hours=1), "sample": "a message"}
    return LogEvent(category, kind, count=count, **(given | changes))


def log(*rows: LogEvent, **changes: Any) -> LogEvents:
    """The section, over a day."""
    return LogEvents(DAY, rows, **changes)
