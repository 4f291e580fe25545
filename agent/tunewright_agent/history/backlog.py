"""What could not be written: kept in order, compressed, within a bound that all instances of an agent share. Used by memory.

Counters lose nothing where the oldest passes go: the next delta spans them. Samples of sessions, events and plans of those passes are lost,
and counted.
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.history.codec import SnapshotError, dump_section, load_section
from tunewright_agent.history.database import packed, unpacked
from tunewright_agent.history.deltas import counts
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Section

MOST_BYTES = 64 * 1024**2
_APPENDED = (Events, CloudMetrics, CloudTrends, Plans)
"""Sections of which each pass brings something of its own."""
Owner = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of one instance, as it was to be recorded."""

    identity: str
    at: datetime
    kinds: tuple[tuple[str, object], ...]
    """What a newer pass must bring too, to take its place."""
    payloads: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def of(cls, identity: str, sections: tuple[Section, ...], at: datetime) -> "Pass":
        """Compressed."""
        payloads = tuple((one.name, packed(dump_section(one))) for one in sections)
        return cls(identity, at, tuple(_kind(one) for one in sections), payloads)

    @property
    def size_bytes(self) -> int:
        """What it takes."""
        return sum(len(payload) for _, payload in self.payloads)

    def sections(self) -> Iterator[Section]:
        """As they were; one that cannot be read again is left out."""
        for name, payload in self.payloads:
            try:
                yield load_section(name, unpacked(payload))
            except SnapshotError:  # pragma: no cover  # our own JSON of a moment ago
                continue


def _kind(section: Section) -> tuple[str, object]:
    """Equal for two sections of which only the newer one is worth keeping: a state, or the load of a minute that still runs."""
    if isinstance(section, ActiveSessions):
        return section.name, section.period.start
    return section.name, object() if counts(section) or isinstance(section, _APPENDED) else None


@dataclass(slots=True)
class Backlog:
    """Of one agent. Each instance's passes are taken by one thread at a time (memory sees to it)."""

    most_bytes: int = MOST_BYTES
    dropped: int = 0
    """Passes that had to go for want of room, since the start."""
    _waiting: dict[Owner, deque[Pass]] = field(init=False, default_factory=dict)
    _bytes: int = field(init=False, default=0)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    @property
    def passes(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(len(one) for one in self._waiting.values())

    def of(self, owner: Owner) -> int:
        """How many of one instance wait."""
        with self._lock:
            return len(self._waiting.get(owner, ()))

    def keep(self, owner: Owner, one: Pass) -> None:
        """Put it last; the oldest of all go where there is no room. It takes the place of one that it makes needless."""
        with self._lock:
            mine = self._waiting.setdefault(owner, deque())
            for before in (each for each in list(mine) if set(each.kinds) <= set(one.kinds) and each.identity == one.identity):  # fmt: skip
                mine.remove(before)
                self._bytes -= before.size_bytes
            mine.append(one)
            self._bytes += one.size_bytes
            while self._bytes > self.most_bytes:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        owner = min((key for key, mine in self._waiting.items() if mine), key=lambda key: self._waiting[key][0].at)
        self._bytes -= self._waiting[owner].popleft().size_bytes
        self.dropped += 1

    def first(self, owner: Owner) -> Pass | None:
        """The oldest of one instance."""
        with self._lock:
            mine = self._waiting.get(owner)
            return mine[0] if mine else None

    def done(self, owner: Owner, one: Pass) -> None:
        """It was written (or is given up by its owner)."""
        with self._lock:
            mine = self._waiting.get(owner)
            if mine and one in mine:
                mine.remove(one)
                self._bytes -= one.size_bytes

    def forget(self, owner: Owner) -> int:
        """Nothing of that instance is ours to write any more; the answer is how many went."""
        with self._lock:
            mine = self._waiting.pop(owner, deque())
            self._bytes -= sum(one.size_bytes for one in mine)
            return len(mine)
