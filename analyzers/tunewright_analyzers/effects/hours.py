"""Counters of statements hour by hour, and which hours before a change compare with which after it. Pure.

An hour of the week is compared with the same hour of other weeks; where less than a week before the change is kept, the same hours of the
day are taken, and the method says so. Hours in which the change, its building or another change of the same thing lies are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period

HOUR = timedelta(hours=1)
LEAST_HOURS = 6
"""On each side; with fewer no difference can be told from chance."""
LEAST_CALLS = 5
"""Of a statement in an hour: the mean of fewer says little."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What was counted of one statement in one hour."""

    calls: int
    seconds: float

    @property
    def mean_seconds(self) -> float:
        """Seconds a call."""
        return self.seconds / self.calls if self.calls else 0.0


Hours = Mapping[StatementId, Mapping[datetime, Hour]]
"""By statement and by the hour's beginning (UTC)."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """The hours that are compared, and how they were chosen."""

    before: tuple[datetime, ...]
    after: tuple[datetime, ...]
    method: str

    @property
    def enough(self) -> bool:
        """Whether there are enough on both sides."""
        return min(len(self.before), len(self.after)) >= LEAST_HOURS


def floor_hour(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def ceil_hour(at: datetime) -> datetime:
    """The beginning of the next hour, or `at` where it is one."""
    floor = floor_hour(at)
    return floor if floor == at else floor + HOUR


def hour_of_week(at: datetime) -> int:
    """0 for Monday 00:00 UTC to 167."""
    return at.weekday() * 24 + at.hour


def whole_hours(known: frozenset[datetime], period: Period) -> tuple[datetime, ...]:
    """Those of the known hours that lie wholly within the period, oldest first."""
    return tuple(sorted(one for one in known if period.start <= one and one + HOUR <= period.end))


def comparable(known: frozenset[datetime], before: Period, after: Period) -> Comparable:
    """Hours after the change with hours before it of the same hour of the week, or of the day; `known` are hours that are stored at all."""
    early, late = whole_hours(known, before), whole_hours(known, after)
    by_week = _matched(
        early, late, {hour_of_week(one) for one in early} & {hour_of_week(one) for one in late}, week=True
    )
    if by_week.enough and len(by_week.after) * 2 >= len(late):
        return by_week
    return _matched(early, late, {one.hour for one in early} & {one.hour for one in late}, week=False)


def _matched(early: tuple[datetime, ...], late: tuple[datetime, ...], common: set[int], *, week: bool) -> Comparable:
    def wanted(one: datetime) -> bool:
        return (hour_of_week(one) if week else one.hour) in common

    method = "the same hours of the week" if week else "the same hours of the day (no whole week before it is kept)"
    return Comparable(tuple(filter(wanted, early)), tuple(filter(wanted, late)), method)


def samples(hours: Mapping[datetime, Hour], chosen: tuple[datetime, ...]) -> tuple[Hour, ...]:
    """The statement's hours among the chosen with calls enough."""
    found = (hours.get(one) for one in chosen)
    return tuple(one for one in found if one is not None and one.calls >= LEAST_CALLS and one.seconds > 0)
