"""The pass `regressions`: what became slower than it usually is. In comes the history, out go Regressions, OpenShifts and Events.

The first passes read the history into bounded matrices (33 MB for 1,000 statements), newest points first, a few seconds at a time; later
ones only what is new. What the judge finds is then set beside plans, waits, statistics and events of that time.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from tunewright_agent.analyst.reading import Reading
from tunewright_agent.analyst.shift_events import marks_of
from tunewright_agent.history.store import History, HistoryError
from tunewright_agent.history.trends import Trends
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory, Remembered
from tunewright_agent.sources.source import Collected, Source, Unavailable
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.open_shifts import OpenShift, OpenShifts
from tunewright_analyzers.facts.regressions import Regressions, SessionShift, Shift
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.sessions import ActiveSessions, Sessions
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.regressions import context
from tunewright_analyzers.regressions.judge import judge
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, HOURS, Series
from tunewright_analyzers.regressions.sessions import SessionSeries, grown_load, judge_sessions
from tunewright_analyzers.regressions.waiting import described

EVERY_SECONDS, DEADLINE_SECONDS = 300.0, 60.0
FILL_SECONDS = 5.0
"""How long one pass reads old points at most."""
RUNNING_SECONDS = 61.0
"""The newest minute of sampled sessions may still be counted."""
EXPLAINED = 20
"""Shifts whose surroundings are looked up: those that weigh most."""
KNOWN = timedelta(seconds=FINE * BUCKET_SECONDS)
"""What was open longer ago than the judge can see says nothing."""


@dataclass(slots=True)
class RegressionPass:
    """One for each instance that has a history."""

    history: History
    cluster: ClusterId
    instance: InstanceId
    most: int = 1000
    clock: Callable[[], float] = time.monotonic
    _series: Series = field(init=False)
    _sessions: SessionSeries = field(init=False, default_factory=SessionSeries)
    _readings: tuple[Reading, Reading] = field(init=False)
    """Of statements, and of sampled sessions."""
    _open: OpenShifts | None = field(init=False, default=None)
    """As of our own last pass."""

    def __post_init__(self) -> None:
        self._series = Series(self.most)
        back = float(HOURS * HOUR_SECONDS)
        kinds = ((Statements.name, self._add_statements), (ActiveSessions.name, self._add_sessions))
        one, two = (Reading(partial(self._ends, name), add, back) for name, add in kinds)
        self._readings = (one, two)

    def _ends(self, section: str, after: float, upto: float) -> tuple[float, ...]:
        return Trends(self.history.database).ends(self.cluster, self.instance, section, after, upto)

    def _add_statements(self, ends: Collection[float]) -> None:
        for point in Trends(self.history.database).points(self.cluster, self.instance, ends):
            period, evicted = point.period, point.evicted > 0
            self._series.add(period.start, period.end, point.works, reset=point.was_reset, evicted=evicted)

    def _add_sessions(self, ends: Collection[float]) -> None:
        for point in Trends(self.history.database).sampled(self.cluster, self.instance, ends):
            self._sessions.add(point)

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises Unavailable where the history cannot, or could not yet, be read."""
        try:
            self._fill(taken_at)
            return self._judged(self.history, latest.snapshot(), taken_at)
        except HistoryError as error:
            raise Unavailable(f"the history could not be read: {error}") from error

    def _fill(self, at: datetime) -> None:
        """Read what is new, and of what is old as much as the time allows. Raises Unavailable while something is left."""
        until = self.clock() + FILL_SECONDS
        for reading, upto in zip(self._readings, (at.timestamp(), at.timestamp() - RUNNING_SECONDS), strict=True):
            if not reading.advance(upto, lambda: self.clock() < until):
                raise Unavailable(
                    "the history is still being read; statements are judged when that is done, within minutes"
                )

    def _judged(self, history: History, snapshot: Snapshot, at: datetime) -> Collected:
        events = history.events(self.cluster, at - timedelta(days=8), at)
        before = self._before(history, at)
        held = {one.line: one.held for one in before}
        unsafe = context.unsafe(events, _started(snapshot))
        found = judge(self._series, at, unsafe, held)
        more, held_sessions = judge_sessions(self._sessions, at, unsafe, held)
        ordered = sorted(found.shifts, key=lambda one: (-one.extra_load, one.statement_id, one.database))
        explained = _Surroundings(history, self.cluster, self.instance, snapshot, events, at)
        shifts = tuple(explained.of(one) if number < EXPLAINED else one for number, one in enumerate(ordered))
        load = None if found.load is None else replace(found.load, changes=context.near(events, found.load.since))
        grown = (replace(one, grown_load=grown_load(self._series, at, one.since)) for one in more)
        sessions = tuple(explained.of_sessions(one) for one in grown)
        section = Regressions(at, found.statements, found.learning, shifts, load, sessions)
        marks = marks_of(section, at)
        known = {one.line for one in before if one.marked}
        open_now = {**found.held, **held_sessions}
        self._open = OpenShifts(at, tuple(OpenShift(line, one, line in marks) for line, one in open_now.items()))
        fresh = tuple(event for line, event in marks.items() if line not in known)
        return Collected((section, self._open, Events(fresh)))

    def _before(self, history: History, at: datetime) -> tuple[OpenShift, ...]:
        """What was open: by our own last pass, or by a later one that is kept (we began anew, or another agent judged meanwhile)."""
        kept = history.newest(self.cluster, self.instance, OpenShifts)
        known = [one for one in (self._open, kept) if one is not None]
        newest = max(known, key=lambda one: one.judged_at, default=None)
        if newest is None or at - newest.judged_at > KNOWN:
            return ()
        return newest.rows


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

    def of_sessions(self, shift: SessionShift) -> SessionShift:
        """Who waits, at what, and behind whom, over the last two hours of it."""
        late = max(shift.since, self.at - context.BEFORE)
        spans = ((shift.since - context.BEFORE, shift.since), (late, self.at))
        before, since = (self.history.points(self.cluster, self.instance, ActiveSessions, *span) for span in spans)
        return replace(described(shift, before, since), changes=context.near(self.events, shift.since))

    def _waits(self, trends: Trends, since: datetime) -> tuple[ActiveSessions | None, ActiveSessions | None]:
        """Two hours before the shift, and the last two hours of it."""
        if since not in self._sampled:
            late = max(since, self.at - context.BEFORE)
            self._sampled[since] = (
                trends.sessions(self.cluster, self.instance, since - context.BEFORE, since),
                trends.sessions(self.cluster, self.instance, late, self.at),
            )
        return self._sampled[since]
