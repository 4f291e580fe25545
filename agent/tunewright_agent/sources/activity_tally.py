"""Session samples added up to DB load: average active sessions by wait, database, user and statement, minute by minute. Pure."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, Session, SessionLoad, Sessions
from tunewright_analyzers.facts.snapshot import Period

MINUTE = timedelta(minutes=1)
_LoadKey = tuple[str | None, str | None, StatementId | None, str, str]
_BlockKey = tuple[StatementId | None, int, str | None]


def is_active(session: Session) -> bool:
    """Whether a session counts as load: working or waiting within a statement, and not ours."""
    return session.state == "active" and not session.own


def root_of(session: Session, by_pid: dict[int, Session]) -> tuple[int, int]:
    """(pid, depth) of the head of the chain that blocks `session`; a cycle (a deadlock being resolved) ends where it closes."""
    pid, depth, seen = session.pid, 0, {session.pid}
    current: Session | None = session
    while current is not None and current.blocked_by:
        pid, depth = current.blocked_by[0], depth + 1
        if pid in seen:
            break
        seen.add(pid)
        current = by_pid.get(pid)
    return pid, depth


class Tally:
    """Adds samples up. A finished minute is given out once; until then the running one is shown."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._start: datetime | None = None
        self._clear()

    def _clear(self) -> None:
        self._samples = 0
        self._load: Counter[_LoadKey] = Counter()
        self._blocked: dict[_BlockKey, BlockedTime] = {}
        self._peak = 0
        self._idle_peak = 0.0
        self._connections = self._vacuuming = self._delayed = 0

    def add(self, sample: Sessions) -> ActiveSessions:
        """Add a sample; the load of the minute that it finished, or of the running minute with it."""
        at = sample.taken_at
        if self._start is not None and at < self._start:
            self._start = None  # the clock went back: what was counted stands by itself no longer
            self._clear()
        finished = (
            self._current(self._start + MINUTE) if self._start is not None and at - self._start >= MINUTE else None
        )
        if self._start is None or finished is not None:
            self._start = at
            self._clear()
        self._count(sample)
        return finished or self._current(at)

    def _count(self, sample: Sessions) -> None:
        by_pid = {session.pid: session for session in sample.rows}
        active = [session for session in sample.rows if is_active(session)]
        self._samples += 1
        self._peak = max(self._peak, len(active))
        self._connections = max(self._connections, sum(one.backend_type == "client backend" for one in sample.rows))
        vacuuming = [session for session in sample.rows if session.backend_type == "autovacuum worker"]
        self._vacuuming += len(vacuuming)
        self._delayed += sum(session.wait_event == "VacuumDelay" for session in vacuuming)
        for session in active:
            wait = (session.wait_type or "CPU", session.wait_event or "CPU")
            self._load[(session.database, session.user, session.statement_id, *wait)] += 1
            if session.blocked_by:
                self._count_blocked(session, by_pid, sample.taken_at)
        for session in sample.rows:
            if session.state and session.state.startswith("idle in transaction") and session.state_change is not None:
                self._idle_peak = max(self._idle_peak, (sample.taken_at - session.state_change).total_seconds())

    def _count_blocked(self, session: Session, by_pid: dict[int, Session], at: datetime) -> None:
        pid, depth = root_of(session, by_pid)
        root = by_pid.get(pid)
        waited = (at - session.state_change).total_seconds() if session.state_change is not None else 0.0
        key = (session.statement_id, pid, session.database)
        before = self._blocked.get(key)
        if before is not None:
            waited = max(waited, before.longest_seconds)
            self._blocked[key] = replace(
                before, samples=before.samples + 1, longest_seconds=waited, depth=max(depth, before.depth)
            )
            return
        self._blocked[key] = BlockedTime(
            blocked_statement_id=session.statement_id,
            root_pid=pid,
            root_state=root.state if root else None,
            root_statement_id=root.statement_id if root else None,
            root_user=root.user if root else None,
            database=session.database,
            samples=1,
            longest_seconds=waited,
            depth=depth,
        )

    def _current(self, end: datetime) -> ActiveSessions:
        assert self._start is not None
        return ActiveSessions(
            period=Period(self._start, end),
            samples=self._samples,
            interval_seconds=self._interval,
            rows=tuple(
                SessionLoad(*key, samples)
                for key, samples in sorted(self._load.items(), key=lambda item: (-item[1], str(item[0])))
            ),
            blocked=tuple(self._blocked.values()),
            peak_active=self._peak,
            idle_in_transaction_peak_seconds=self._idle_peak,
            peak_connections=self._connections,
            autovacuum_samples=self._vacuuming,
            autovacuum_delayed_samples=self._delayed,
        )
