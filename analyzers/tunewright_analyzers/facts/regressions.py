"""Statements and load that left their own baseline, with what changed around that time. Made by the agent's pass `regressions`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin
from tunewright_analyzers.facts.snapshot import Section


class Usual(StrEnum):
    """What a statement is compared with: the best that its history allows."""

    HOUR_OF_WEEK = "the same hour of the week"
    HOUR_OF_DAY = "the same hour of the day"
    LAST_HOURS = "the hours before"


@dataclass(frozen=True, slots=True)
class PlanFlip:
    """Another shape of a statement's plan. `seen_at` is when it was seen first; `before`/`after` name the tops of both plans."""

    was: PlanId
    now: PlanId
    origin: PlanOrigin
    seen_at: datetime
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class WaitShare:
    """The share of a statement's sampled time in one wait type, before and since its shift."""

    wait_type: str
    before: float
    since: float


@dataclass(frozen=True, slots=True)
class StatisticsState:
    """Planner statistics of a table that the statement reads: when they were made last, and what share of its rows changed since."""

    table: str
    analysed_at: datetime | None
    modified_ratio: float


@dataclass(frozen=True, slots=True)
class Shift:
    """One statement whose latency left its baseline, and stays there.

    `usual_seconds` and `recent_seconds` are a call's execution time by the baseline and over the last hour; `score` is the
    highest z of its step so far, `limit` the one it had to exceed (3.6 for all of the load, 4.4 for 5 % of it; more where it has habits).
    Loads are seconds of execution a second.
    """

    statement_id: StatementId
    database: str
    since: datetime
    usual: Usual
    usual_seconds: float
    recent_seconds: float
    score: float
    limit: float
    calls: float
    """Over the last hour."""
    load: float
    share: float
    """Of the cluster's statement time over the last hour."""
    calls_ratio: float | None = None
    """Calls over the last hour, against the hour before the shift."""
    rows_ratio: float | None = None
    """Rows a call in the first hour of the shift, against the hour before it."""
    p_value: float | None = None
    """Of the one-sided Mann-Whitney test that latencies since are no longer than those of the day before; None: too few to test."""
    text: str | None = None
    flip: PlanFlip | None = None
    waits: tuple[WaitShare, ...] = ()
    statistics: tuple[StatisticsState, ...] = ()
    changes: tuple[Event, ...] = ()
    """What happened around `since` that may bear on this statement: DDL, settings, role, version."""
    peak_share: float = 0.0
    peak_ratio: float = 0.0
    """The highest that share and ratio have been over an hour since it opened: what lies about a threshold is told once."""

    @property
    def highest_share(self) -> float:
        """The peak, or what it is now."""
        return max(self.peak_share, self.share)

    @property
    def highest_ratio(self) -> float:
        """The peak, or what it is now."""
        return max(self.peak_ratio, self.ratio)

    @property
    def ratio(self) -> float:
        """How many times slower than usual."""
        return self.recent_seconds / self.usual_seconds if self.usual_seconds > 0 else 0.0

    @property
    def extra_load(self) -> float:
        """Seconds a second that it takes more than it would at its usual latency."""
        return self.load * max(0.0, 1.0 - 1.0 / self.ratio) if self.ratio > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one statement added to the cluster's load: by more calls, by longer calls."""

    statement_id: StatementId
    database: str
    extra_load: float
    calls_ratio: float
    latency_ratio: float


@dataclass(frozen=True, slots=True)
class LoadShift:
    """The time of all statements together left its baseline. Loads in seconds of execution a second."""

    since: datetime
    usual: Usual
    usual_load: float
    recent_load: float
    score: float
    limit: float
    contributions: tuple[Contribution, ...] = ()
    changes: tuple[Event, ...] = ()
    peak_ratio: float = 0.0
    """The highest that recent against usual load has been since: what lies about a threshold is told once."""

    @property
    def highest_ratio(self) -> float:
        """The peak, or what it is now."""
        return max(self.peak_ratio, self.recent_load / self.usual_load if self.usual_load > 0 else 0.0)


class SessionsOf(StrEnum):
    """Which sessions are counted."""

    ACTIVE = "active sessions"
    LOCKS = "sessions that wait for locks"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many sessions were at one statement (None: not known), on average."""

    statement_id: StatementId | None
    database: str | None
    sessions: float


@dataclass(frozen=True, slots=True)
class ChainHead:
    """A session that others waited for: whose, what it ran or had run last, and how many waited behind it, on average."""

    user: str | None
    database: str | None
    statement_id: StatementId | None
    state: str | None
    sessions: float
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class SessionShift:
    """More sessions than usual, by samples: those that are active, or those that wait for locks. Numbers are averages.

    `usual_sessions` is what is usual (half a session stands for less too), `recent_sessions` the last ten minutes, `hour_sessions` the last
    hour; `lasting_sessions` what nearly all of half an hour reached since it began, at the most, and `habit_sessions` what likewise lasts about
    this time of day on three days of seven.
    """

    kind: SessionsOf
    since: datetime
    usual: Usual
    usual_sessions: float
    recent_sessions: float
    hour_sessions: float
    lasting_sessions: float
    habit_sessions: float
    score: float
    limit: float
    waits: tuple[WaitShare, ...] = ()
    statements: tuple[Waiting, ...] = ()
    """Heaviest first; of LOCKS those that wait."""
    heads: tuple[ChainHead, ...] = ()
    """Of LOCKS: heaviest first."""
    chained_ratio: float = 0.0
    """Of LOCKS: the share of the waiting in chains that had stood for a minute: locks/blocking_chain tells of those by itself."""
    grown_load: float = 0.0
    """Seconds a second that the statements that ended took over the last hour, more than over the hour before it began."""
    changes: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Regressions(Section):
    """What left its baseline as of `judged_at`. `statements` could be judged; `learning` have too little history yet."""

    name: ClassVar[str] = "regressions"
    judged_at: datetime
    statements: int
    learning: int
    shifts: tuple[Shift, ...] = ()
    load: LoadShift | None = None
    sessions: tuple[SessionShift, ...] = ()
