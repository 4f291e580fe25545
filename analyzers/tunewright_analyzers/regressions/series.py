"""Execution time, calls and rows of each statement in buckets of 5 minutes (8 days) and hours (29 days), in bounded memory.

In come points of the history in any order; the judge reads matrices of statements by time. 1,000 statements take 33 MB.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.ids import StatementId

Matrix = NDArray[np.float32]
Key = tuple[str, StatementId]
"""Database and statement."""
BUCKET_SECONDS, HOUR_SECONDS = 300, 3600
FINE, HOURS = 8 * 288, 29 * 24
"""Buckets and hours that are kept."""
FINEST_SECONDS = 900.0
"""Points that are longer tell of hours only."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one statement did within a point."""

    key: Key
    calls: float
    exec_seconds: float
    rows: float


class Grid:
    """A ring of sums over time, one line for each statement. Line 0 is the cluster."""

    def __init__(self, lines: int, length: int, seconds: int, fields: int) -> None:
        self.length, self.seconds = length, seconds
        self.values: NDArray[np.float32] = np.zeros((fields, lines, length), dtype=np.float32)
        self.newest: int | None = None

    def shares(self, start: float, end: float) -> list[tuple[int, float]]:
        """The buckets that a span touches, each with the share of the span that lies in it; those too old to keep are left out."""
        first, last = int(start // self.seconds), int(max(start, end - 1e-6) // self.seconds)
        self._advance(last)
        span = max(end - start, 1e-6)
        found = []
        for bucket in range(max(first, last - self.length + 1), last + 1):
            inside = min(end, (bucket + 1) * self.seconds) - max(start, bucket * self.seconds)
            if self.newest is not None and bucket > self.newest - self.length:
                found.append((bucket % self.length, max(0.0, inside) / span))
        return found

    def _advance(self, bucket: int) -> None:
        """Forget what the ring overtakes."""
        if self.newest is None:
            self.newest = bucket
        elif bucket > self.newest:
            ahead = min(bucket - self.newest, self.length)
            slots = [(self.newest + 1 + offset) % self.length for offset in range(ahead)]
            self.values[:, :, slots] = 0.0
            self.newest = bucket

    def before(self, end: int, count: int) -> NDArray[np.float32]:
        """Values of the `count` buckets before bucket `end`, oldest first: fields by lines by time. Zeros where nothing is kept."""
        buckets = np.arange(end - count, end)
        newest = -1 if self.newest is None else self.newest
        kept = (buckets <= newest) & (buckets > newest - self.length)
        return np.where(kept[None, None, :], self.values[:, :, buckets % self.length], np.float32(0.0))


class Series:
    """The statements of one instance. At most `most` are followed: one that does more takes the line of the one that did least."""

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.keys: list[Key] = []
        self._line: dict[Key, int] = {}
        self.fine = Grid(most + 1, FINE, BUCKET_SECONDS, 3)
        self.hours = Grid(most + 1, HOURS, HOUR_SECONDS, 2)
        self.lost = Grid(1, FINE, BUCKET_SECONDS, 2)
        """Seconds of each bucket that a reset, and that an eviction, made unsafe."""

    def add(
        self, start: datetime, end: datetime, works: Iterable[Work], *, reset: bool = False, evicted: bool = False
    ) -> None:
        """One point: what each statement did between two times; a statement may come more than once (for several users)."""
        began, ended = start.timestamp(), end.timestamp()
        lines, sums, total = self._sums(works)
        is_fine = ended - began <= FINEST_SECONDS
        for grid in (self.fine, self.hours) if is_fine else (self.hours,):
            fields = len(grid.values)
            for slot, share in grid.shares(began, ended):
                grid.values[:, lines, slot] += sums[:fields] * share
                grid.values[:, 0, slot] += total[:fields] * share
        if is_fine and (reset or evicted):
            for slot, share in self.lost.shares(began, ended):
                self.lost.values[:, 0, slot] += np.array([reset, evicted], np.float32) * share * (ended - began)

    def _sums(self, works: Iterable[Work]) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Lines and sums of the statements that are followed, and the sum of all."""
        found: dict[Key, list[float]] = {}
        for work in works:
            sums = found.setdefault(work.key, [0.0, 0.0, 0.0])
            sums[0] += work.exec_seconds
            sums[1] += work.calls
            sums[2] += work.rows
        self._follow(found)
        followed = [key for key in found if key in self._line]
        lines = np.array([self._line[key] for key in followed], np.int64)
        values = np.array([found[key] for key in followed], np.float32).reshape(-1, 3).T
        total = np.array(list(found.values()), np.float32).reshape(-1, 3).sum(axis=0)
        return lines, values, total

    def _follow(self, found: dict[Key, list[float]]) -> None:
        """Follow newcomers, busiest first; when there is no room, in the place of those that did less in a month than they in this point."""
        newcomers = sorted(found.keys() - self._line.keys(), key=lambda one: (-found[one][0], one))
        room = self.most - len(self.keys)
        for key in newcomers[:room]:
            self.keys.append(key)
            self._line[key] = len(self.keys)
        if len(newcomers) <= room:
            return
        totals = self.hours.values[0, 1:].sum(axis=1)
        totals += [found.get(key, (0.0,))[0] for key in self.keys]
        for key, line in zip(newcomers[room:], totals.argsort(kind="stable").tolist(), strict=False):
            if totals[line] >= found[key][0]:
                return
            del self._line[self.keys[line]]
            self.keys[line] = key
            self._line[key] = line + 1
            self.fine.values[:, line + 1] = 0.0
            self.hours.values[:, line + 1] = 0.0
