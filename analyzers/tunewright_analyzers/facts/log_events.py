"""What the server's log told: classified events with counts, and the few of which the particulars matter. Nothing holds a literal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class LogEvent:
    """All events of one kind, in one database, about one subject: a row of counters over the Period of its Section.

    `category` as in `autovacuum`, `kind` as in `cancelled` (analyzers.logs.postgres lists both); `subject` is a table's name where the message
    names one, of a slow statement its id, of a deadlock the ids of its statements (`a and b`), else empty.
    `seconds` and `bytes` are sums of what the messages say (a wait, a temporary file).
    """

    category: str
    kind: str
    database: str | None
    subject: str
    count: int
    seconds: float = 0.0
    bytes: int = 0
    sqlstate: str | None = None
    last_at: datetime | None = None
    sample: str = ""
    """The newest message, its quoted parts left out."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """One session of a deadlock: what it ran (redacted), and the lock that it waited for."""

    statement_id: StatementId | None
    statement: str
    mode: str
    locked: str
    """`transaction`, `tuple`, `relation 16385 of database 5`, …"""


@dataclass(frozen=True, slots=True)
class Deadlock:
    """One deadlock as the log tells it, in the order in which each waits for the next."""

    at: datetime
    database: str | None
    waiters: tuple[Waiter, ...]

    @property
    def statements(self) -> str:
        """Who deadlocks with whom, whoever was first: `a and b`, by the ids of their statements; one where a statement meets itself."""
        return " and ".join(sorted({waiter.statement_id or "unknown" for waiter in self.waiters}))


@dataclass(frozen=True, slots=True)
class LockWait:
    """A wait for a lock beyond deadlock_timeout. `holders` are pids; `ended`: whether it got the lock (else it was still waiting)."""

    at: datetime
    database: str | None
    waiter: Waiter
    seconds: float
    ended: bool
    holders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedVacuum:
    """One run of autovacuum over a table. `unremovable_rows` are dead but still seen by somebody; None where the release does not say it."""

    at: datetime
    database: str
    schema: str
    table: str
    seconds: float
    index_scans: int
    removed_rows: int
    unremovable_rows: int | None
    delay_seconds: float | None = None
    """Time that it slept for cost-based delay (18 on, track_cost_delay_timing)."""
    to_prevent_wraparound: bool = False
    blocks_hit: int | None = None
    blocks_read: int | None = None
    blocks_dirtied: int | None = None
    """What its cost is counted by; None where the log does not say it."""


@dataclass(frozen=True, slots=True)
class LoggedCheckpoint:
    """What a checkpoint did with WAL files, and how much WAL lay between it and the one before."""

    at: datetime
    files_added: int
    files_removed: int
    files_recycled: int
    distance_bytes: int


@dataclass(frozen=True, slots=True)
class LogEvents(Section):
    """What was read of the log over `period`; the newest particulars, oldest first.

    A reading that begins elsewhere (another start of the agent) has another `period.start`: its counters began anew.
    `read_to` is the time of the newest entry that was counted; `dropped_bytes` of the log were passed over, `damaged` entries not understood.
    """

    name: ClassVar[str] = "log_events"
    mend: ClassVar[str | None] = (
        "set log_file of the cluster to the file that the server writes (SELECT pg_current_logfile(), of MySQL SELECT @@log_error and"
        " slow_log_file), readable for the agent; on RDS log_from"
    )
    period: Period
    rows: tuple[LogEvent, ...]
    deadlocks: tuple[Deadlock, ...] = ()
    lock_waits: tuple[LockWait, ...] = ()
    vacuums: tuple[LoggedVacuum, ...] = ()
    dropped_bytes: int = 0
    damaged: int = 0
    read_to: datetime | None = None
    errors_read: bool = True
    """False where only MySQL's slow log is read: then no error counted is no sign that there was none."""
    checkpoints: tuple[LoggedCheckpoint, ...] = ()

    def of(self, category: str, *kinds: str) -> tuple[LogEvent, ...]:
        """The rows of a category (and kinds) in which something was counted."""
        return tuple(
            row for row in self.rows if row.category == category and (not kinds or row.kind in kinds) and row.count
        )
