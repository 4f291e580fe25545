"""Passes over the progress views added up to jobs: what was read between two passes, what ended, how long that took. Pure.

    unseen -> seen (counting what is read between passes) -> gone: ended, if its last phase comes after the reading of the table

A job that was under way at the first pass has no known beginning: its pace is counted, its length is not.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Period

BLOCK_BYTES = 8192
MOST_JOBS = 500
"""Rows; a job on a further table is not counted."""
_SCANS = ("building index: scanning table", "scanning heap")
_UNFINISHED = ("initializing", "waiting for writers before build", "building index", *_SCANS)
"""Phases after which a job that is gone may have been cancelled. Methods other than B-tree say `building index` only, from the beginning to the
end: neither their pace nor their length can be told."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of a progress view, its table by name."""

    kind: JobKind
    pid: int
    part: int
    """The index that is built; 0 of a vacuum."""
    table: RelationName
    command: str
    phase: str
    blocks_total: int
    blocks_done: int
    passes: int
    began: datetime | None
    table_bytes: int


@dataclass(slots=True)
class _Running:
    newest: Seen
    last_at: datetime
    began: datetime | None
    waited_seconds: float = 0.0
    heap_blocks: int = 0


_Key = tuple[JobKind, int, int, RelationName]


def _is_wait(phase: str) -> bool:
    return phase.startswith("waiting for")


class ProgressTally:
    """Adds passes up."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._start: datetime | None = None
        self._last: datetime | None = None
        self._running: dict[_Key, _Running] = {}
        self._jobs: dict[tuple[JobKind, RelationName, str], Job] = {}

    def add(self, rows: tuple[Seen, ...], at: datetime) -> Progress:
        """Add a pass; all that was counted so far."""
        here = {(row.kind, row.pid, row.part, row.table): row for row in rows}
        for key in [key for key in self._running if key not in here]:
            self._end(self._running.pop(key), at)
        for key, row in here.items():
            running = self._running.get(key)
            if running is None:
                self._running[key] = _Running(row, at, self._began(row, at), heap_blocks=row.blocks_total)
                self._count(row, index_passes=row.passes, repeated_runs=int(row.passes > 1))
            else:
                self._go_on(running, row, at)
        self._start, self._last = self._start or at, at
        return Progress(Period(self._start, at), tuple(self._jobs.values()), self._interval_seconds)

    def _began(self, row: Seen, at: datetime) -> datetime | None:
        """It was not there at the pass before; its statement may be older (one statement can build several indexes)."""
        if self._last is None:
            return None
        if row.began is not None and self._last <= row.began <= at:
            return row.began
        return self._last + (at - self._last) / 2

    def _go_on(self, running: _Running, row: Seen, at: datetime) -> None:
        before, seconds = running.newest, (at - running.last_at).total_seconds()
        if before.phase == row.phase and row.phase in _SCANS and row.blocks_done > before.blocks_done:
            self._count(
                row, scanned_bytes=(row.blocks_done - before.blocks_done) * BLOCK_BYTES, scanned_seconds=seconds
            )
        if _is_wait(before.phase) and _is_wait(row.phase):
            running.waited_seconds += seconds
        more = max(0, row.passes - before.passes)
        self._count(row, index_passes=more, repeated_runs=int(before.passes < 2 <= row.passes))
        running.heap_blocks = max(running.heap_blocks, row.blocks_total if row.phase in _SCANS else 0)
        running.newest, running.last_at = row, at

    def _end(self, running: _Running, at: datetime) -> None:
        row = running.newest
        if row.kind is not JobKind.INDEX_BUILD or running.began is None or row.phase in _UNFINISHED:
            return
        end = running.last_at + (at - running.last_at) / 2
        seconds = (end - running.began).total_seconds() - running.waited_seconds
        heap_bytes = max(running.heap_blocks * BLOCK_BYTES, row.table_bytes)
        if seconds > 0 and heap_bytes:
            self._count(row, runs=1, seconds=seconds, heap_bytes=heap_bytes)

    def _count(self, row: Seen, **more: float) -> None:
        key = (row.kind, row.table, row.command)
        if not any(more.values()) or (key not in self._jobs and len(self._jobs) >= MOST_JOBS):
            return
        before = self._jobs.get(key) or Job(*key)
        self._jobs[key] = replace(before, **{name: getattr(before, name) + value for name, value in more.items()})
