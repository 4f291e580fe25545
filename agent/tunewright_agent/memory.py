"""What a watch remembers of one instance: the history and the ledger behind one door that never stops the watch.

A store that cannot be written (full disk, lost folder, a database that is away) is told once in the log and stays in `fault` (published as
tunewright_history_error) and as a Gap until a write succeeds; reading and judging go on with what the server itself counts. What was
collected meanwhile waits in the backlog, and is written in its order once the store takes it again.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from tunewright_agent.history.backlog import Backlog, Pass
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.effects import Follower, effects_of
from tunewright_agent.history.leases import Fenced
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.store import History, HistoryError
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin
from tunewright_analyzers.facts.snapshot import Section, SectionT, Snapshot, Window

_log = structlog.get_logger("memory")
WRITTEN_AT_ONCE = 50
"""Passes that waited, written before a new one: a lane must get on."""


class Memory(Protocol):
    """What a watch asks of the history. A history that cannot write says so itself and never stops the watch."""

    def record(self, identity: str, sections: tuple[Section, ...], at: datetime) -> None:
        """Keep what one pass brought; counting sections as deltas against the pass before."""

    def window(self, latest: Snapshot, start: datetime, end: datetime) -> Window:
        """The counters between two times with the latest state, and the same span a week earlier where it exists."""

    def judged(self, judgement: Judgement, window: Window) -> Judgement:
        """Keep findings and recommendations; the answer leaves out what a person dismissed."""

    def shapes(self) -> Mapping[tuple[str, StatementId, PlanOrigin], PlanId]:
        """The newest known shape of each statement's plan, by database, statement and origin."""

    def newest(self, kind: type[SectionT]) -> SectionT | None:
        """The section as it was read last; None where it never was."""

    def last_events(self) -> Mapping[str, datetime]:
        """When an event of each kind (and `advice_applied`) happened last."""

    def unwritten(self) -> str | None:
        """Why what is collected is not written now, with the mend; None while it is."""


def window_at(snapshot: Snapshot, memory: Memory | None, seconds: float, at: datetime) -> Window:
    """The window that ends at `at`: of the memory, or of the server's own counters where there is none."""
    start = at - timedelta(seconds=seconds)
    return memory.window(snapshot, start, at) if memory else Window(snapshot.cluster, start, at, snapshot)


@dataclass(slots=True)
class Fault:
    """What is wrong with the history, shared by all who use it. Told once when it begins and once when it ends."""

    text: str | None = None
    backlog: Backlog = field(default_factory=Backlog)
    """What waits to be written."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, error: Exception | None) -> None:
        """Note a failure, or (None) that it works."""
        with self._lock:
            before, self.text = self.text, None if error is None else str(error)
        if self.text is not None and self.text != before:
            _log.error("history_failed", reason=self.text)
        elif self.text is None and before is not None:
            _log.info("history_works_again")


@dataclass(slots=True)
class Remembered:
    """The memory of one instance, over a History that several share."""

    history: History
    cluster: ClusterId
    instance: InstanceId
    fault: Fault
    _order: threading.Lock = field(init=False, default_factory=threading.Lock)
    """Lanes record at the same time; what waits goes first."""

    def _tried(self, work: Callable[[], None], *, writes: bool = False) -> None:
        """A reading that works says nothing of a full disk: only a write ends the fault."""
        try:
            work()
        except Fenced:
            return  # the watch is about to be stopped; whoever took over writes
        except (HistoryError, SnapshotError) as error:
            self.fault.tell(error)
        else:
            if writes:
                self.fault.tell(None)

    def record(self, identity: str, sections: tuple[Section, ...], at: datetime) -> None:
        """As Memory."""
        with self._order:
            try:
                if not self._written_before():
                    self._keep(Pass.of(identity, sections, at))
                    return
                self.history.record(self.cluster, self.instance, identity, sections, at)
            except Fenced as error:
                _log.info("not_ours_to_write", reason=str(error), dropped=self.fault.backlog.forget(self._owner))
            except HistoryError as error:
                self.fault.tell(error)
                if not error.lasting:
                    self._keep(Pass.of(identity, sections, at))
            else:
                self.fault.tell(None)

    @property
    def _owner(self) -> tuple[str, str]:
        return (self.cluster, self.instance)

    def _keep(self, one: Pass) -> None:
        self.fault.backlog.keep(self._owner, one)

    def _written_before(self) -> bool:
        """Write what waits, the oldest first, some at a time; whether nothing waits any more. Raises HistoryError."""
        backlog = self.fault.backlog
        for _ in range(WRITTEN_AT_ONCE):
            one = backlog.first(self._owner)
            if one is None:
                return True
            try:
                self.history.record(self.cluster, self.instance, one.identity, tuple(one.sections()), one.at)
            except HistoryError as error:
                if not error.lasting:
                    raise
                self.fault.tell(error)  # it would fail for ever, and hold up all that comes after it
            backlog.done(self._owner, one)
        return backlog.of(self._owner) == 0

    def unwritten(self) -> str | None:
        """As Memory."""
        text = self.fault.text
        return None if text is None else f"what is collected waits to be written: {text}"

    def window(self, latest: Snapshot, start: datetime, end: datetime) -> Window:
        """As Memory; the server's own counters where the history cannot be read."""
        found = [Window(latest.cluster, start, end, latest)]

        def read() -> None:
            window = self.history.window(latest, start, end)
            effects = effects_of(self.history.database, self.cluster, end, self.instance)
            found.append(replace(window, latest=replace(latest, sections=(*latest.sections, effects))))

        self._tried(read)
        return found[-1]

    def judged(self, judgement: Judgement, window: Window) -> Judgement:
        """As Memory; unchanged where the ledger cannot be used. What changed is seen first, what is due is measured last."""
        kept = [judgement]

        def book() -> None:
            follower = Follower(self.history.database, self.cluster, self.instance)
            follower.observe(window.latest)
            ledger = Ledger(self.history.database)
            known = follower.changes()
            kept.append(ledger.judged(self.cluster, self.instance, judgement, window, known))
            follower.follow(judgement.judged_at, window.latest)

        self._tried(book, writes=True)
        return kept[-1]

    def shapes(self) -> Mapping[tuple[str, StatementId, PlanOrigin], PlanId]:
        """As Memory; none where the history cannot be read."""
        found: dict[tuple[str, StatementId, PlanOrigin], PlanId] = {}
        self._tried(lambda: found.update(self.history.shapes(self.cluster)))
        return found

    def newest(self, kind: type[SectionT]) -> SectionT | None:
        """As Memory; None where the history cannot be read."""
        found: list[SectionT | None] = [None]
        self._tried(lambda: found.append(self.history.newest(self.cluster, self.instance, kind)))
        return found[-1]

    def last_events(self) -> Mapping[str, datetime]:
        """As Memory; none where the history cannot be read."""
        found: dict[str, datetime] = {}
        self._tried(lambda: found.update(self.history.last_events(self.cluster, self.instance)))
        return found
