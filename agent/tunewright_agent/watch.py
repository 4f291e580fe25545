"""One watched server: its readers, sources and lanes, and the passes that the clock (or `once`, `doctor`) asks for.

Three lanes (docs/decisions/0003): sampling, reading, analysis. Which concrete classes are used is wiring's decision.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog

from tunewright_agent.clock import Clock
from tunewright_agent.comparison import Comparison
from tunewright_agent.lanes import Job, Lane
from tunewright_agent.latest import Identity, Latest
from tunewright_agent.memory import Memory, window_at
from tunewright_agent.pipeline import Rules, collect, judge
from tunewright_agent.sources.source import Collected, Source, SourceError, Target
from tunewright_agent.state import InstanceState, Judgement, SourceRun
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statements

_log = structlog.get_logger("watch")
SAMPLING_SECONDS = 2.0
"""Sources that are read at least this often have a lane of their own."""
RETRY_SECONDS = 30.0
"""How soon an analysis that failed is tried again."""
BOOKED_TO = {"twin": "index_advice", "hypopg": "index_advice", "explain": "plans", "guard": "plans"}
"""Marks of statements that do not bear the name of the source on whose behalf they are sent."""


class Analyst(Protocol):
    """The slow thinking about one instance: plans and index advice on the twin. One thread at a time."""

    def sources(self) -> tuple[Source[Latest], ...]:
        """Its passes as sources that read the newest facts instead of a server."""

    def close(self) -> None:
        """Stop the twin and remove its folder."""


class Telling(Protocol):
    """Who is told what was judged, so that people are notified."""

    def judged(self, cluster: ClusterId, instance: InstanceId, judgement: Judgement, *, incident: bool) -> None:
        """One judgement of one instance: of all checks, or (`incident`) of those that judge the moment. Never raises."""


class Governing(Protocol):
    """Decides the sources' intervals by what they cost."""

    def decide(self, share: dict[str, float], busy: dict[str, float]) -> dict[str, float]:
        """Factors by source (1 = its own interval) for shares of the server's time and of its own interval that each took."""


@dataclass(slots=True)
class Watch:
    """One instance. `pass_of` runs one source now; `start` hands all of them to the clock."""

    latest: Latest
    reader: Target
    sampler: Target
    sources: tuple[Source[Any], ...]
    analyst: Analyst
    rules: Rules
    now: Callable[[], datetime]
    window_seconds: float
    judge_seconds: float
    memory: Memory | None = None
    governor: Governing | None = None
    telling: Telling | None = None
    incidents: frozenset[str] = frozenset()
    """Checks that judge the moment, every `incident_seconds`, in a lane of their own: only where somebody is told."""
    incident_seconds: float = 5.0
    intervals: dict[str, float] = field(default_factory=dict)
    """The user's own intervals by source, in seconds."""
    judgement: Judgement | None = None
    window: Window | None = None
    _previous: Statements | None = field(init=False, default=None)
    _comparison: Comparison = field(init=False, default_factory=Comparison)
    _lanes: dict[str, Lane] = field(init=False, default_factory=dict)
    _factors: dict[str, float] = field(init=False, default_factory=dict)
    _clock: Clock | None = field(init=False, default=None)
    _ticks: list[str] = field(init=False, default_factory=list)

    def interval(self, source: Source[Any]) -> float:
        """Seconds between passes: the user's or the source's own, times the governor's factor."""
        return self.intervals.get(source.name, source.interval_seconds) * self._factors.get(source.name, 1.0)

    def identify(self) -> None:
        """Ask the server what it is. Raises SourceError."""
        server = self.reader.server
        view = self.latest.identity.view
        identity = Identity(server.engine, server.version, server.flavour, server.identity, view)
        if self.latest.identify(identity):
            _log.warning("another_server", instance=self.latest.instance, version=server.version)

    def read(self, source: Source[Any]) -> None:
        """One pass of one source of the server. Never raises: a failure is a Gap."""
        reader = self.sampler if self._samples(source) else self.reader
        try:
            with reader.within(source.deadline_seconds):
                self.identify()
        except SourceError as error:
            _log.debug("not_identified", reason=error.reason)  # the source's own pass says it as a Gap
        with reader.within(source.deadline_seconds):
            collected = collect(source, reader, self.latest, self.now)
        self._remember(collected)

    def analyse(self, source: Source[Latest]) -> None:
        """One pass of the analyst. Never raises."""
        with self.reader.within(source.deadline_seconds):
            collected = collect(source, self.latest, self.latest, self.now)
        self._remember(collected)

    def _remember(self, collected: Collected | None) -> None:
        if collected is None:
            return
        if self.memory is not None:
            at = self.now()
            events = self._comparison.events(self.latest.identity.server, collected.sections, at)
            kept = (*collected.sections, Events(events)) if events else collected.sections
            self.memory.record(self.latest.identity.server, kept, at)
            unwritten = self.memory.unwritten()
            self.latest.note("history", {} if unwritten is None else {"history": (unwritten, None)}, at)
        for section in collected.sections:
            if isinstance(section, Statements):
                self._govern(section)

    def _govern(self, statements: Statements) -> None:
        """Book what our own statements cost since the pass before, and let the governor lengthen intervals."""
        before, self._previous = self._previous, statements
        if before is None or before.coverage.reset_at != statements.coverage.reset_at:
            return
        elapsed = max((statements.period.end - before.period.end).total_seconds(), 1e-6)
        earlier, cost = before.own_seconds, dict[str, float]()
        for name, seconds in statements.own_seconds.items():
            source = BOOKED_TO.get(name, name)
            cost[source] = cost.get(source, 0.0) + max(0.0, seconds - earlier.get(name, 0.0))
        self.latest.costs(cost)
        if self.governor is not None:
            busy = {run.source: run.seconds / max(run.interval_seconds, 0.1) for run in self.latest.runs}
            self._factors = self.governor.decide({name: seconds / elapsed for name, seconds in cost.items()}, busy)

    def judge(self) -> Judgement:
        """Judge the newest window."""
        at = self.now()
        window = window_at(self.latest.snapshot(), self.memory, self.window_seconds, at)
        judgement = judge(window, self.rules, at)
        if self.memory is not None:
            judgement = self.memory.judged(judgement, window)
        self.window, self.judgement = window, judgement
        if self.telling is not None and self.passed:
            self.telling.judged(self.latest.cluster, self.latest.instance, judgement, incident=False)
        return judgement

    def judge_incidents(self) -> None:
        """Judge the newest sample by the checks of the moment: the history is not read, nothing is booked."""
        if self.telling is None or not self.latest.runs:
            return
        at = self.now()
        window = window_at(self.latest.snapshot(), None, self.incident_seconds, at)
        judgement = judge(window, self.rules, at, self.incidents)
        self.telling.judged(self.latest.cluster, self.latest.instance, judgement, incident=True)

    @property
    def passed(self) -> bool:
        """Whether every source of the server has had its first pass, or has failed it."""
        ran = {run.source for run in self.latest.runs}
        return all(source.name in ran for source in self.sources)

    def state(self) -> InstanceState:
        """What is known now, frozen."""
        latest = self.latest
        seen = latest.identity.version > 0
        return InstanceState(
            latest.cluster,
            latest.instance,
            latest.snapshot() if seen else None,
            self.window,
            self.judgement,
            self._accounts(),
            dict(self.memory.last_events()) if self.memory is not None else {},
        )

    def _accounts(self) -> tuple[SourceRun, ...]:
        lanes = list(self._lanes.values())
        known: tuple[Source[Any], ...] = (*self.sources, *self.analyst.sources())
        every = {source.name: self.interval(source) for source in known}
        now = self.now()
        return tuple(
            replace(
                run,
                skipped=sum(lane.skipped(run.source) for lane in lanes),
                interval_seconds=every.get(run.source, 0.0),
                lag_seconds=max(0.0, (now - run.at).total_seconds() - every.get(run.source, 0.0)),
            )
            for run in self.latest.runs
        )

    def _samples(self, source: Source[Any]) -> bool:
        return self.intervals.get(source.name, source.interval_seconds) <= SAMPLING_SECONDS

    def start(self, clock: Clock) -> None:
        """Start the lanes and hand every source to the clock; the first passes are spread over some seconds."""
        self._clock = clock
        used = {"analysis", *("sampling" if self._samples(source) else "reading" for source in self.sources)}
        used |= {"incidents"} if self.telling is not None and self.incidents else set()
        self._lanes = {name: Lane(f"{self.latest.instance}-{name}") for name in sorted(used)}
        for lane in self._lanes.values():
            lane.start()
        for source in self.sources:
            lane = self._lanes["sampling" if self._samples(source) else "reading"]
            self._every(clock, source.name, partial(self.interval, source), lane, partial(self.read, source), 0.0)
        for number, analysis in enumerate(self.analyst.sources()):
            lane, work = self._lanes["analysis"], partial(self.analyse, analysis)
            self._every(clock, analysis.name, partial(self._until_next, analysis), lane, work, 5.0 + number)
        if self.telling is not None and self.incidents:
            lane, every = self._lanes["incidents"], lambda: self.incident_seconds
            self._every(clock, "incidents", every, lane, self.judge_incidents, self.incident_seconds)
        self._every(clock, "judge", lambda: self.judge_seconds, self._lanes["analysis"], self.judge, 10.0)

    def _until_next(self, analysis: Source[Latest]) -> float:
        """Its interval; less after a failure: the facts that it lacked may be there in a minute, and an hour is long."""
        failed = any(run.source == analysis.name and run.error is not None for run in self.latest.runs)
        interval = self.interval(analysis)
        return min(interval, RETRY_SECONDS) if failed else interval

    def _every(
        self,
        clock: Clock,
        name: str,
        seconds: Callable[[], float],
        lane: Lane,
        work: Callable[[], object],
        first: float,
    ) -> None:
        """Offer `work` every so many seconds, asked anew after each time."""
        tick = f"{self.latest.cluster}/{self.latest.instance}/{name}"

        def run() -> None:
            work()
            clock.change(tick, seconds())

        job = Job(name, run, self._failed)
        self._ticks.append(tick)
        clock.every(tick, seconds(), lambda: _offer(lane, job), first_in_seconds=first)

    @staticmethod
    def _failed(error: Exception) -> None:
        _log.error("pass_failed", error=type(error).__name__)

    def stop(self, deadline_seconds: float) -> bool:
        """Let the running passes end, at most so long; cut the connections, stop the twin. False where something had to be cut."""
        until = time.monotonic() + deadline_seconds
        if self._clock is not None:
            self._clock.forget(self._ticks)
        drained = [lane.close(max(0.1, until - time.monotonic())) for lane in self._lanes.values()]
        for reader in (self.reader, self.sampler):
            reader.close()
        self.analyst.close()
        return all(drained)


def _offer(lane: Lane, job: Job) -> None:
    lane.offer(job)
