"""What the history and the ledger know of one server over a span of time and the span before it: what a weekly report is made of. Immutable.

Read by history.week, judged and shown by reports.weekly. Times are UTC; sizes bytes; a series is oldest first.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.effects import Effect
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.relations import RelationName, Sequences, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class StatementWeek:
    """One statement in both spans. `text` is redacted."""

    id: StatementId
    text: str | None
    calls: int
    seconds: float
    rows: int
    before_calls: int
    before_seconds: float


@dataclass(frozen=True, slots=True)
class HourTotals:
    """All statements in one hour."""

    at: datetime
    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LoadHour:
    """Average active sessions of one hour, by wait type (`CPU`: waiting for nothing)."""

    at: datetime
    by_wait: tuple[tuple[str, float], ...]

    @property
    def sessions(self) -> float:
        """All of them."""
        return sum(value for _, value in self.by_wait)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number at one time."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class RelationWeek:
    """A table (with TOAST, without indexes) or index at the first and the last reading in the span that counted something of it."""

    kind: str
    name: RelationName
    first_bytes: int
    last_bytes: int
    first_bloat_bytes: int | None
    last_bloat_bytes: int | None


@dataclass(frozen=True, slots=True)
class FindingLife:
    """A finding of the ledger; severity and summary as they were last."""

    id: str
    check: str
    severity: str | None
    subject: str
    summary: str
    first_seen: datetime
    resolved_at: datetime | None

    def stood(self, at: datetime) -> bool:
        """Whether it was open then."""
        return self.first_seen <= at and (self.resolved_at is None or self.resolved_at > at)


@dataclass(frozen=True, slots=True)
class AdviceLife:
    """A recommendation, its state at the end of the span, and since when."""

    recommendation: Recommendation
    state: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Price:
    """What the instance costs, where the settings say so."""

    dollars_per_hour: float
    vcpus: float


@dataclass(frozen=True, slots=True)
class Week:
    """One server. Newest readings are None where they are not kept; `judgement` where nothing was judged."""

    cluster: ClusterId
    instance: InstanceId
    period: Period
    previous: Period
    statements: tuple[StatementWeek, ...] = ()
    hours: tuple[HourTotals, ...] = ()
    load: tuple[LoadHour, ...] = ()
    sizes: tuple[Measure, ...] = ()
    xid_ages: tuple[Measure, ...] = ()
    relations: tuple[RelationWeek, ...] = ()
    events: tuple[Event, ...] = ()
    findings: tuple[FindingLife, ...] = ()
    advice: tuple[AdviceLife, ...] = ()
    effects: tuple[Effect, ...] = ()
    judgement: Judgement | None = None
    databases: Databases | None = None
    tables: Tables | None = None
    settings: Settings | None = None
    sequences: Sequences | None = None
    messages: tuple[tuple[str, str, int], ...] | None = None
    """(channel, state, number) of the notifications in the span; None where there is no outbox."""
    price: Price | None = None
    cloud: Judgement | None = None
    """What the checks say of the cluster as the cloud sees it; None where it is not looked at."""
    unread: tuple[str, ...] = field(default=())
    """What the history does not hold of the span, in words."""
