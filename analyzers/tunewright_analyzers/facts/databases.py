"""Counters of whole databases, and of the server's machinery: I/O, WAL, checkpoints, background writer."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class Database:
    """One database; counters over the Period of the section. `size_bytes` None where the role may not connect to it."""

    name: str
    size_bytes: int | None
    connections: int
    commits: int
    rollbacks: int
    blocks_hit: int
    blocks_read: int
    rows_returned: int
    rows_fetched: int
    rows_inserted: int
    rows_updated: int
    rows_deleted: int
    conflicts: int
    temp_files: int
    temp_bytes: int
    deadlocks: int
    block_read_seconds: float
    block_write_seconds: float
    xid_age: int
    mxid_age: int
    active_seconds: float | None = None
    """Time that sessions spent executing (14+)."""
    idle_in_transaction_seconds: float | None = None
    checksum_failures: int | None = None
    stats_reset: datetime | None = None


@dataclass(frozen=True, slots=True)
class Databases(Section):
    """All databases of the server; `max_connections` and `reserved` are the server's."""

    name: ClassVar[str] = "databases"
    period: Period
    rows: tuple[Database, ...]
    max_connections: int = 0
    reserved_connections: int = 0
    uncounted: tuple[str, ...] = ()
    """Fields of the rows that the engine does not count by database: they are 0 there and mean nothing."""


@dataclass(frozen=True, slots=True)
class InputOutput:
    """One row of pg_stat_io (16+): bytes and seconds by backend type, object and context."""

    backend_type: str
    object: str
    context: str
    reads: int
    read_bytes: int
    read_seconds: float
    writes: int
    write_bytes: int
    write_seconds: float
    extends: int
    hits: int
    evictions: int
    reuses: int
    fsyncs: int


@dataclass(frozen=True, slots=True)
class Throughput(Section):
    """What the server as a whole read, wrote and checkpointed over `period`. None where the release does not count it."""

    name: ClassVar[str] = "throughput"
    period: Period
    io: tuple[InputOutput, ...] = ()
    wal_records: int | None = None
    wal_full_page_images: int | None = None
    wal_bytes: int | None = None
    wal_buffers_full: int | None = None
    checkpoints_timed: int | None = None
    checkpoints_requested: int | None = None
    checkpoint_write_seconds: float | None = None
    checkpoint_sync_seconds: float | None = None
    checkpoint_buffers_written: int | None = None
    bgwriter_buffers_written: int | None = None
    bgwriter_stopped: int | None = None
    buffers_allocated: int | None = None
    backend_buffers_written: int | None = None
    backend_fsyncs: int | None = None
    transactions: int | None = None
    """Transaction ids that were given out: over `period` in a delta; since the cluster was made in a reading of the server."""
