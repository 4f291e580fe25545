"""What a check says of log events: their number, the newest one's time and sample. Used by checks/logs."""

from collections.abc import Iterable

from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.finding import Evidence

_SOURCE = "the server's log"


def total(rows: Iterable[LogEvent]) -> int:
    """How many events."""
    return sum(row.count for row in rows)


def per_hour(section: LogEvents, number: float) -> float:
    """`number` of the section's period as so many an hour; a period below an hour counts as one."""
    return number / max(section.period.seconds / 3600, 1.0)


def told(section: LogEvents, rows: tuple[LogEvent, ...]) -> tuple[Evidence, ...]:
    """The number over the period, the kinds, the newest event."""
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + row.count
    newest = max(rows, key=lambda row: (row.last_at is not None, row.last_at, row.kind))
    found = [
        Evidence("events", total(rows), "count", _SOURCE),
        Evidence("kinds", ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())), "", _SOURCE),
        Evidence("period", round(section.period.seconds), "seconds", _SOURCE),
        Evidence("newest message", newest.sample, "", _SOURCE),
    ]
    if newest.last_at is not None:
        found.append(Evidence("last seen", newest.last_at.isoformat(timespec="seconds"), "", _SOURCE))
    return tuple(found)
