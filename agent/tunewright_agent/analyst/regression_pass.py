"""The pass `regressions`: what became slower than it usually is. In comes the history, out go Regressions, OpenShifts and Events.

The first passes read the history into bounded matrices (33 MB for 1,000 statements), newest points first, a few seconds at a time; later
ones only what is new. What the judge finds is then set beside plans, waits, statistics and events of that time.
"""

import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tunewright_agent.history.store import History, HistoryError
from tunewright_agent.history.trends import Trends
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory, Remembered
from tunewright_agent.sources.source import Collected, Source, Unavailable
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.open_shifts import Line, OpenShift, OpenShifts
from tunewright_analyzers.facts.regressions import Regressions, Shift
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.sessions import ActiveSessions, Sessions
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.regressions import context
from tunewright_analyzers.regressions.incidents import Floors, weighs
from tunewright_analyzers.regressions.judge import judge
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, HOURS, Series

EVERY_SECONDS, DEADLINE_SECONDS = 300.0, 60.0
FILL_SECONDS = 5.0
"""How long one pass reads old points at most."""
AT_ONCE = 50
"""Points of one query."""
EXPLAINED = 20
"""Shifts whose surroundings are looked up: those that weigh most."""
KNOWN = timedelta(seconds=FINE * BUCKET_SECONDS)
"""What was open longer ago than the judge can see says nothing."""
NOTABLE = Floors(0.05, 0.005, 0.01, 1.2)
"""Shifts that are marked as events (the defaults of the checks)."""


@dataclass(slots=True)
class RegressionPass:
    """One for each instance that has a history."""

    history: History
    cluster: ClusterId
    instance: InstanceId
    most: int = 1000
    clock: Callable[[], float] = time.monotonic
    _series: Series = field(init=False)
    _newest: float = field(init=False, default=0.0)
    _waiting: list[float] = field(init=False, default_factory=list)
    """Ends of the points that are still to be read, oldest first."""
    _open: OpenShifts | None = field(init=False, default=None)
    """As of our own last pass."""

    def __post_init__(self) -> None:
        self._series = Series(self.most)

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises Unavailable where the history cannot, or could not yet, be read."""
        try:
            self._fill(Trends(self.history.database), taken_at)
            return self._judged(self.history, latest.snapshot(), taken_at)
        except HistoryError as error:
            raise Unavailable(f"the history could not be read: {error}") from error

    def _fill(self, trends: Trends, at: datetime) -> None:
        """Read what is new, and of what is old as much as the time allows. Raises SourceError while something is left."""
        series = self._series
        if not self._newest:
            self._newest = at.timestamp() - HOURS * HOUR_SECONDS
        new = trends.ends(self.cluster, self.instance, self._newest, at.timestamp())
        if new:
            self._newest = new[0]
            self._waiting += reversed(new)
        until = self.clock() + FILL_SECONDS
        while self._waiting and self.clock() < until:
            batch, self._waiting = self._waiting[-AT_ONCE:], self._waiting[:-AT_ONCE]
            for point in trends.points(self.cluster, self.instance, batch):
                period, evicted = point.period, point.evicted > 0
                series.add(period.start, period.end, point.works, reset=point.was_reset, evicted=evicted)
        if self._waiting:
            raise Unavailable(
                "the history is still being read; statements are judged when that is done, within minutes"
            )

    def _judged(self, history: History, snapshot: Snapshot, at: datetime) -> Collected:
        events = history.events(self.cluster, at - timedelta(days=8), at)
        before = self._before(history, at)
        held = {one.line: one.held for one in before}
        found = judge(self._series, at, context.unsafe(events, _started(snapshot)), held)
        ordered = sorted(found.shifts, key=lambda one: (-one.extra_load, one.statement_id, one.database))
        explained = _Surroundings(history, self.cluster, self.instance, snapshot, events, at)
        shifts = tuple(explained.of(one) if number < EXPLAINED else one for number, one in enumerate(ordered))
        load = None if found.load is None else replace(found.load, changes=context.near(events, found.load.since))
        section = Regressions(at, found.statements, found.learning, shifts, load)
        weighty: dict[Line, Shift] = {(one.database, one.statement_id): one for one in shifts if weighs(one, NOTABLE)}
        marks = _marks(weighty, {one.line for one in before if one.marked}, at)
        self._open = OpenShifts(at, tuple(OpenShift(line, one, line in weighty) for line, one in found.held.items()))
        return Collected((section, self._open, Events(marks)))

    def _before(self, history: History, at: datetime) -> tuple[OpenShift, ...]:
        """What was open: by our own last pass, or by a later one that is kept (we began anew, or another agent judged meanwhile)."""
        kept = history.newest(self.cluster, self.instance, OpenShifts)
        known = [one for one in (self._open, kept) if one is not None]
        newest = max(known, key=lambda one: one.judged_at, default=None)
        if newest is None or at - newest.judged_at > KNOWN:
            return ()
        return newest.rows


def _marks(weighty: Mapping[Line, Shift], marked: Set[Line], at: datetime) -> tuple[Event, ...]:
    """An event for each shift that weighs, once."""
    return tuple(
        Event(
            at,
            "slower_statement",
            f"statement {one.statement_id} in {one.database}",
            f"{one.ratio:.1f} times what is usual",
        )
        for line, one in weighty.items()
        if line not in marked
    )


def source_of(memory: Memory | None) -> Source[Latest] | None:
    """The pass as a source, for any engine's analyst; None where no history is kept."""
    if not isinstance(memory, Remembered):
        return None
    one = RegressionPass(memory.history, memory.cluster, memory.instance)
    return Source("regressions", (Regressions, OpenShifts), EVERY_SECONDS, DEADLINE_SECONDS, one.collect)


def _started(snapshot: Snapshot) -> datetime | None:
    """When the server began: its oldest process."""
    sessions = snapshot.section(Sessions)
    starts = [row.backend_start for row in sessions.rows if row.backend_start is not None] if sessions else []
    return min(starts, default=None)


@dataclass(slots=True)
class _Surroundings:
    """What moved with the shifts of one pass; sampled waits are read once for each begin."""

    history: History
    cluster: ClusterId
    instance: InstanceId
    snapshot: Snapshot
    events: tuple[Event, ...]
    at: datetime
    _sampled: dict[datetime, tuple[ActiveSessions | None, ActiveSessions | None]] = field(
        init=False, default_factory=dict
    )

    def of(self, shift: Shift) -> Shift:
        """The shift with its text, plan, waits, statistics and changes."""
        trends = Trends(self.history.database)
        shift = replace(shift, text=self.history.text(shift.statement_id))
        plans = [one.plan for one in trends.plans(self.cluster, shift.statement_id, shift.database)]
        states = context.statistics(shift, self.snapshot.section(Tables), plans)
        before, since = self._waits(trends, shift.since)
        return replace(
            shift,
            flip=context.flip(self.events, shift, plans),
            waits=context.waits(shift.statement_id, before, since),
            statistics=states,
            changes=context.around((*self.events, *context.renewed(states)), shift),
        )

    def _waits(self, trends: Trends, since: datetime) -> tuple[ActiveSessions | None, ActiveSessions | None]:
        """Two hours before the shift, and the last two hours of it."""
        if since not in self._sampled:
            late = max(since, self.at - context.BEFORE)
            self._sampled[since] = (
                trends.sessions(self.cluster, self.instance, since - context.BEFORE, since),
                trends.sessions(self.cluster, self.instance, late, self.at),
            )
        return self._sampled[since]
