"""Which clusters this agent acts for, where several agents share a store. Made by wiring, one an assembly.

    standing by --lease gained--> on duty (its watches run, its messages are ours) --lease lost or given, or stop--> standing by

One thread renews and claims: it must not wait for anything but the store, so watches are stopped in threads of their own. While the store
is away whoever is on duty goes on reading (what it reads waits in the backlog, and is written if nobody took over meanwhile) and sends nothing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from tunewright_agent.clock import Clock
from tunewright_agent.history.database import HistoryError
from tunewright_agent.history.leases import NOT_A_CLUSTER, Leases
from tunewright_agent.lanes import attempt
from tunewright_agent.state import LeaseState
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.ids import ClusterId

_log = structlog.get_logger("duty")
LOOKS_A_LEASE = 6
"""How often the store is looked at while a lease lasts, by who stands by; half as often by who holds all: two looks may fail."""
STOP_SECONDS = 10.0
REPORT = f"{NOT_A_CLUSTER}report"
"""Held by the one who sends the report on schedule."""


class Discovery(Protocol):
    """Clusters that are found while we run."""

    def names(self) -> frozenset[ClusterId]:
        """Those that were found last."""

    def settle(self) -> None:
        """Begin and end watches by the leases of now. Returns at once."""


@dataclass(slots=True)
class Duty:
    """The leases of one agent, and the watches that follow them."""

    leases: Leases
    makers: Mapping[ClusterId, Callable[[], Watch]]
    """Makes the watch of each cluster of the settings; called each time its lease is gained."""
    taken_over: Callable[[str], None] = lambda _cluster: None
    """Told of each cluster that is ours from now on, before its watches begin."""
    also: frozenset[str] = frozenset()
    """Leases that are about no cluster."""
    discovery: Discovery | None = None
    looked: bool = field(init=False, default=False)
    """Whether the store was reached at all."""
    _watches: dict[ClusterId, Watch] = field(init=False, default_factory=dict)
    _clock: Clock | None = field(init=False, default=None)
    _failing: str | None = field(init=False, default=None)
    _draining: bool = field(init=False, default=False)
    _ended: threading.Event = field(init=False, default_factory=threading.Event)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="duty", daemon=True)

    @property
    def watches(self) -> tuple[Watch, ...]:
        """Those on duty, by name."""
        with self._lock:
            return tuple(self._watches[name] for name in sorted(self._watches))

    def wanted(self) -> frozenset[str]:
        """What we would act for."""
        found = self.discovery.names() if self.discovery is not None else frozenset[ClusterId]()
        return frozenset({*self.makers, *found, *self.also})

    def holds(self, cluster: str) -> bool:
        """Whether its watches run here: also while the store is away, until another agent has it."""
        return cluster in self.leases.held()

    def state(self) -> tuple[LeaseState, ...]:
        """How each cluster's lease stands."""
        held, valid, found = self.leases.held(), self.leases.scope(), []
        for name in sorted(self.wanted()):
            if name.startswith(NOT_A_CLUSTER):
                continue
            since: datetime | None = held[name].since if name in valid and name in held else None
            found.append(LeaseState(ClusterId(name), name in valid, since, self.leases.takeovers.get(name, 0)))
        return tuple(found)

    def start(self, clock: Clock) -> None:
        """Claim what is free, and go on so."""
        self._clock = clock
        self._thread.start()

    def _pause(self) -> float:
        """Seconds until the next look: at once at first; a third of a lease where there is nothing to claim."""
        if not self.looked and self._failing is None:
            return 0.0
        idle = self.looked and self.wanted() <= self.leases.scope()
        return self.leases.seconds / (LOOKS_A_LEASE / 2 if idle else LOOKS_A_LEASE)

    def _run(self) -> None:
        while not self._ended.wait(self._pause()):
            attempt(self.look, lambda _error: None)  # what breaks here must not end the renewing

    def look(self) -> None:
        """One look at the store. Never raises."""
        wanted = frozenset(self.leases.held()) if self._draining else self.wanted()
        try:
            kept = self.leases.keep(wanted)
        except HistoryError as error:
            if self._failing != str(error):
                _log.warning("leases_not_renewed", reason=str(error))
            self._failing = str(error)
            return
        self._failing, self.looked = None, True
        for name in kept.lost:
            _log.warning("lease_lost", cluster=name)
            self._stand_by(ClusterId(name))
        for name in kept.given:
            _log.info("lease_given", cluster=name, why="another agent holds less than its share")
            self._stand_by(ClusterId(name))
        for name in kept.gained:
            _log.info("lease_gained", cluster=name, taken_over=self.leases.takeovers.get(name, 0))
            self._go_on_duty(ClusterId(name))
        if (kept.lost or kept.given or kept.gained) and self.discovery is not None:
            self.discovery.settle()

    def _go_on_duty(self, name: ClusterId) -> None:
        if not name.startswith(NOT_A_CLUSTER):
            self.taken_over(name)
        if name in self.makers and self._clock is not None:
            watch = self.makers[name]()
            with self._lock:
                self._watches[name] = watch
            watch.start(self._clock)

    def _stand_by(self, name: ClusterId) -> None:
        with self._lock:
            watch = self._watches.pop(name, None)
        if watch is not None:
            threading.Thread(target=watch.stop, args=(STOP_SECONDS,), name=f"stop-{name}", daemon=True).start()

    def drain(self) -> None:
        """Claim nothing more; what is held is renewed until `stop`, while the work under way ends."""
        self._draining = True

    def stop(self) -> None:
        """Let everything go: another agent may act at once. The watches are stopped before by whoever calls. Never raises."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        try:
            self.leases.let_go()
        except HistoryError as error:
            _log.warning("leases_not_let_go", reason=str(error), seconds=self.leases.seconds)
