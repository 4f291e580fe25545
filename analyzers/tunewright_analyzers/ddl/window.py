"""When a statement that locks a table disturbs least: the hours of the day, by what the history saw in them. Pure; used by `tunewright preflight`.

In come points of the history (each the load, the blocking and one table's use over some minutes), out goes the quietest span of whole hours
that is long enough. Hours are UTC. An hour that was not seen on at least LEAST_DAYS days is not judged: one quiet night is chance.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

LEAST_DAYS = 2
HOURS = 24


@dataclass(frozen=True, slots=True)
class Point:
    """What was seen from `start` over `seconds`. `active`: average active sessions; `touches`: scans and changed rows of the table, None unread."""

    start: datetime
    seconds: float
    active: float
    blocked_seconds: float
    longest_idle_seconds: float
    touches: float | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day over all days. `touches_per_second` None where the table's use was not read."""

    hour: int
    days: int
    active: float
    blocked_seconds_per_hour: float
    longest_idle_seconds: float
    touches_per_second: float | None


@dataclass(frozen=True, slots=True)
class SafeWindow:
    """The quietest span: from `start` (an hour of the day, UTC), `hours` long; with the busiest hour beside it."""

    start: int
    hours: int
    seen: tuple[Hour, ...]
    busiest: Hour

    @property
    def end(self) -> int:
        """The hour at which it ends."""
        return (self.start + self.hours) % HOURS


def hours_of(points: Iterable[Point]) -> dict[int, Hour]:
    """Each hour of the day that was seen on enough days; a point counts to the hour in which it began."""
    groups: dict[int, list[Point]] = defaultdict(list)
    for point in points:
        groups[point.start.hour].append(point)
    found = {}
    for hour, group in groups.items():
        days = len({point.start.date() for point in group})
        seconds = sum(point.seconds for point in group)
        if days < LEAST_DAYS or seconds <= 0:
            continue
        used = [point for point in group if point.touches is not None]
        read = sum(point.seconds for point in used)
        found[hour] = Hour(
            hour,
            days,
            sum(point.active * point.seconds for point in group) / seconds,
            sum(point.blocked_seconds for point in group) / seconds * 3600,
            max(point.longest_idle_seconds for point in group),
            sum(point.touches or 0.0 for point in used) / read if read > 0 else None,
        )
    return found


def _disturbance(hour: Hour) -> tuple[float, float]:
    """What counts first is the table's own use, where it was read; then the load of the server."""
    return (hour.touches_per_second or 0.0, hour.active)


def safe_window(points: Iterable[Point], need_seconds: float) -> SafeWindow | None:
    """The span of whole hours, at least `need_seconds` long, in which the sum of use is least; None where no such span was seen."""
    hours = hours_of(points)
    length = min(HOURS, max(1, ceil(need_seconds / 3600)))
    spans = []
    for start in range(HOURS):
        span = [hours[(start + step) % HOURS] for step in range(length) if (start + step) % HOURS in hours]
        if len(span) == length:
            touches, active = (sum(values) for values in zip(*map(_disturbance, span), strict=True))
            spans.append(((touches, active, start), span))
    if not spans:
        return None
    (_, _, start), span = min(spans, key=lambda one: one[0])
    return SafeWindow(start, length, tuple(span), max(hours.values(), key=lambda one: (*_disturbance(one), one.hour)))
