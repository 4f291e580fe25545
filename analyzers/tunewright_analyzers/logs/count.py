"""Classified events added up: one row for each kind, database and subject, and the newest particulars. Fed by the source log_events."""

from collections import deque
from dataclasses import replace
from datetime import datetime

from tunewright_analyzers.facts.log_events import (
    Deadlock,
    LockWait,
    LogEvent,
    LogEvents,
    LoggedCheckpoint,
    LoggedVacuum,
)
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.logs.entry import Entry
from tunewright_analyzers.logs.postgres import Classified, checkpoint, classify, deadlock, lock_wait, vacuum

MOST_ROWS = 500
"""Rows; an event that would need one more is counted without its subject and database."""
MOST_PARTICULARS = 50
_Key = tuple[str, str, str | None, str]


class Count:
    """Counts since `start`. Not for several threads."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.read_to: datetime | None = None
        self._rows: dict[_Key, LogEvent] = {}
        self._deadlocks: deque[Deadlock] = deque(maxlen=MOST_PARTICULARS)
        self._waits: deque[LockWait] = deque(maxlen=MOST_PARTICULARS)
        self._vacuums: deque[LoggedVacuum] = deque(maxlen=MOST_PARTICULARS)
        self._checkpoints: deque[LoggedCheckpoint] = deque(maxlen=MOST_PARTICULARS)

    def take(
        self,
        found: Classified,
        database: str | None,
        at: datetime | None,
        now: datetime,
        particulars: Deadlock | None = None,
    ) -> None:
        """Count one event that was classified elsewhere (MySQL's logs); `particulars` of a deadlock, where the log tells them."""
        if particulars is not None:
            self._deadlocks.append(particulars)
            found, database = replace(found, subject=particulars.statements), particulars.database
        if at is not None and (self.read_to is None or at > self.read_to):
            self.read_to = at
        self._count(found, Entry("", database, at), at or now)

    def add(self, entry: Entry, now: datetime) -> Classified | None:
        """Count one message; the answer is what it was."""
        if entry.at is not None and (self.read_to is None or entry.at > self.read_to):
            self.read_to = entry.at
        found = classify(entry)
        if found is None:
            return None
        one = deadlock(entry, now) if (found.category, found.kind) == ("lock", "deadlock") else None
        if one is not None:
            self._deadlocks.append(one)
            found = replace(found, subject=one.statements)
        self._count(found, entry, entry.at or now)
        self._particulars(found, entry, now)
        return found

    def _count(self, found: Classified, entry: Entry, at: datetime) -> None:
        key: _Key = (found.category, found.kind, entry.database, found.subject)
        if key not in self._rows and len(self._rows) >= MOST_ROWS:
            key = (found.category, found.kind, None, "")
        before = self._rows.get(key) or LogEvent(*key, 0)
        self._rows[key] = replace(
            before,
            count=before.count + 1,
            seconds=before.seconds + found.seconds,
            bytes=before.bytes + found.bytes,
            sqlstate=entry.sqlstate,
            last_at=at,
            sample=found.sample,
        )

    def _particulars(self, found: Classified, entry: Entry, now: datetime) -> None:
        if found.category == "lock" and found.kind != "deadlock":
            wait = lock_wait(entry, now)
            if wait is not None:
                self._waits.append(wait)
        elif found.category == "autovacuum" and found.kind in {"vacuum", "wraparound_vacuum"}:
            run = vacuum(entry, found.subject, now)
            if run is not None:
                self._vacuums.append(run)
        elif (found.category, found.kind) == ("checkpoint", "complete"):
            done = checkpoint(entry, now)
            if done is not None:
                self._checkpoints.append(done)

    def section(self, end: datetime, dropped_bytes: int, damaged: int) -> LogEvents:
        """All of it up to `end`."""
        return LogEvents(
            Period(min(self.start, end), end),
            tuple(self._rows.values()),
            tuple(self._deadlocks),
            tuple(self._waits),
            tuple(self._vacuums),
            dropped_bytes,
            damaged,
            self.read_to,
            checkpoints=tuple(self._checkpoints),
        )
