"""The life of a recommendation: its events, and the state that they fold to. Pure; the ledger keeps them.

        judged            seen in the catalogue        measured
    open ------> open ----------------------> applied ----------> verified (the promise was kept) | hurt
     |  \\                                        |                    |
     |   `--> withdrawn (no longer advised)      `--------------------`--> reverted (taken back) --> open (advised again)
     |            |
     |            `--> open (advised again)
     `--> dismissed (by a person, with a reason, perhaps until a day) --> open (the day has come, or a person reopened it)

Whatever the catalogue shows to be applied is not opened again; what it does not show, and is advised, is.

Invariants: events are only appended; *applied* is observed, never claimed; a person dismisses what is open and reopens what is dismissed,
nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tunewright_analyzers.facts.ids import ClusterId, RecommendationId
from tunewright_analyzers.recommendation import Recommendation


class Life(StrEnum):
    """Where a recommendation stands."""

    OPEN = "open"
    APPLIED = "applied"
    VERIFIED = "verified"
    HURT = "hurt"
    REVERTED = "reverted"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


FOLLOWED = frozenset({Life.APPLIED, Life.VERIFIED, Life.HURT})
"""The change was made and stands."""


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One thing that happened to a recommendation. `until` only with dismissals: when it comes back."""

    recommendation: RecommendationId
    state: Life
    at: datetime
    by: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A recommendation with its whole life, oldest event first."""

    cluster: ClusterId
    recommendation: Recommendation
    first_seen: datetime
    last_seen: datetime
    events: tuple[LedgerEvent, ...]

    def state(self, at: datetime) -> Life:
        """Its state at that time."""
        return fold(self.events, at)


class NoSuchRecommendation(LookupError):
    """No recommendation has that id (or more than one begins with it)."""


class NotPossible(ValueError):
    """What a person asked for does not fit the recommendation's state, or lacks a reason, or lies in the past."""


def fold(events: Iterable[LedgerEvent], at: datetime) -> Life:
    """The state after these events; a dismissal ends where its day has come."""
    state = Life.OPEN
    for event in events:
        over = event.state is Life.DISMISSED and event.until is not None and event.until <= at
        state = Life.OPEN if over else event.state
    return state
