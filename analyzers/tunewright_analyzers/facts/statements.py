"""Normalised statements and their counters, from pg_stat_statements or performance_schema's digests."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class StatementKey:
    """The identity of one row of the server's statement statistics; deltas are taken row by row."""

    database: str
    user: str
    query_id: str
    toplevel: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of counters. Seconds, bytes and 8 kB blocks; over the Period of its Section.

    `text` is normalised and redacted: placeholders instead of literals. It is None where it could not be read
    (`text_missing` says why). `own` marks Tunewright's own statements.
    """

    key: StatementKey
    id: StatementId
    text: str | None
    kind: str
    """`select`, `insert`, `update`, `delete`, `merge`, `utility` or `unknown`."""
    calls: int
    exec_seconds: float
    rows: int
    min_exec_seconds: float = 0.0
    max_exec_seconds: float = 0.0
    stddev_exec_seconds: float = 0.0
    plans: int = 0
    plan_seconds: float = 0.0
    shared_blocks_hit: int = 0
    shared_blocks_read: int = 0
    shared_blocks_dirtied: int = 0
    shared_blocks_written: int = 0
    local_blocks_read: int = 0
    local_blocks_written: int = 0
    temp_blocks_read: int = 0
    temp_blocks_written: int = 0
    block_read_seconds: float = 0.0
    block_write_seconds: float = 0.0
    wal_bytes: int = 0
    jit_seconds: float = 0.0
    stats_since: datetime | None = None
    own: bool = False
    own_source: str | None = None
    """Which of our sources sent it, from our mark in its text."""
    text_missing: str | None = None
    text_cut: bool = False
    """Statements that differ beyond the text's end share this row (performance_schema_max_digest_length)."""
    last_seen: datetime | None = None
    rows_examined: int = 0
    lock_seconds: float = 0.0
    temp_tables: int = 0
    temp_disk_tables: int = 0
    sort_merge_passes: int = 0
    sorted_rows: int = 0
    full_scans: int = 0
    """Executions that read the first table whole (SELECT_SCAN)."""
    full_joins: int = 0
    """Executions that joined a table without an index (SELECT_FULL_JOIN)."""
    no_index_used: int = 0
    errors: int = 0
    warnings: int = 0

    @property
    def mean_exec_seconds(self) -> float:
        """Seconds a call; 0 without calls."""
        return self.exec_seconds / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the server's work the statement statistics hold.

    `evicted` counts eviction rounds (pg_stat_statements_info.dealloc, 14+) over the period; `time_ratio` is the rows' time as a share of the
    time that sessions were active (pg_stat_database.active_time, 14+), None where it cannot be computed.
    """

    entries: int
    max_entries: int
    evicted: int
    reset_at: datetime | None
    was_reset: bool = False
    time_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Statements(Section):
    """All statements of an instance with their counters over `period`, and the coverage of those counters."""

    name: ClassVar[str] = "statements"
    period: Period
    rows: tuple[Statement, ...]
    coverage: Coverage

    @property
    def own_seconds(self) -> dict[str, float]:
        """What our own statements cost the server over the period: seconds by source."""
        seconds: dict[str, float] = {}
        for row in self.rows:
            if row.own and row.own_source is not None:
                seconds[row.own_source] = seconds.get(row.own_source, 0.0) + row.exec_seconds + row.plan_seconds
        return seconds
