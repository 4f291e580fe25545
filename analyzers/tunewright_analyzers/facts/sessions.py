"""Who is connected and what they wait for: the state now, and the load over a window by sampling."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class Session:
    """One backend at the time of the sample. `statement` is redacted; `blocked_by` the pids it waits for (pg_blocking_pids)."""

    pid: int
    database: str | None
    user: str | None
    application: str
    client: str | None
    backend_type: str
    state: str | None
    wait_type: str | None
    wait_event: str | None
    backend_start: datetime | None
    transaction_start: datetime | None
    statement_start: datetime | None
    state_change: datetime | None
    statement: str | None
    statement_id: StatementId | None
    query_id: str | None = None
    xmin_age: int | None = None
    xid_age: int | None = None
    blocked_by: tuple[int, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class PreparedTransaction:
    """A transaction that was prepared for two-phase commit and waits for its end."""

    gid: str
    database: str
    owner: str
    prepared_at: datetime
    xid_age: int


@dataclass(frozen=True, slots=True)
class Sessions(Section):
    """All backends at `taken_at`, with prepared transactions."""

    name: ClassVar[str] = "sessions"
    taken_at: datetime
    rows: tuple[Session, ...]
    prepared: tuple[PreparedTransaction, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionLoad:
    """How many samples saw an active backend with this database, user, statement and wait.

    `wait_type` is `CPU` where the backend waited for nothing.
    """

    database: str | None
    user: str | None
    statement_id: StatementId | None
    wait_type: str
    wait_event: str
    samples: int


@dataclass(frozen=True, slots=True)
class BlockedTime:
    """How long a session was seen blocked: samples in which `blocked` waited for `root`, the head of its chain."""

    blocked_statement_id: StatementId | None
    root_pid: int
    root_state: str | None
    root_statement_id: StatementId | None
    root_user: str | None
    database: str | None
    samples: int
    longest_seconds: float
    depth: int


@dataclass(frozen=True, slots=True)
class ActiveSessions(Section):
    """DB load: average active sessions over `period` = sum of samples / `samples` taken (every `interval_seconds`)."""

    name: ClassVar[str] = "active_sessions"
    period: Period
    samples: int
    interval_seconds: float
    rows: tuple[SessionLoad, ...]
    blocked: tuple[BlockedTime, ...] = ()
    peak_active: int = 0
    idle_in_transaction_peak_seconds: float = 0.0
    peak_connections: int = 0
    """Client sessions, idle ones too, at the busiest sample."""
    autovacuum_samples: int = 0
    """Autovacuum workers seen, summed over the samples."""
    autovacuum_delayed_samples: int = 0
    """Of those, workers that slept for vacuum_cost_delay (the wait event VacuumDelay)."""

    @property
    def average(self) -> float:
        """Average active sessions over the period."""
        return sum(row.samples for row in self.rows) / self.samples if self.samples else 0.0


@dataclass(frozen=True, slots=True)
class Lock:
    """One row of pg_locks that is waited for or that blocks, with the relation by name where it has one."""

    pid: int
    database: str | None
    relation: str | None
    lock_type: str
    mode: str
    granted: bool
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Locks(Section):
    """Locks that matter: those not granted, and the strong relation locks that are held."""

    name: ClassVar[str] = "locks"
    taken_at: datetime
    rows: tuple[Lock, ...]
