"""What a server counts of itself as a whole, by the server's own names: MySQL's global status, InnoDB's metrics, errors raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Period, Section

GAUGES = frozenset(
    {
        "threads_connected", "threads_running", "threads_cached", "max_used_connections", "open_tables", "open_files", "uptime",
        "innodb_buffer_pool_pages_total", "innodb_buffer_pool_pages_data", "innodb_buffer_pool_pages_free",
        "innodb_buffer_pool_pages_dirty", "innodb_buffer_pool_pages_misc", "innodb_buffer_pool_bytes_data",
        "innodb_buffer_pool_bytes_dirty", "innodb_page_size", "innodb_row_lock_current_waits", "innodb_row_lock_time_avg",
        "innodb_row_lock_time_max", "innodb_redo_log_current_lsn", "innodb_redo_log_capacity_resized",
        "innodb_redo_log_logical_size", "innodb_redo_log_physical_size", "innodb_redo_log_uuid", "innodb_redo_log_flushed_to_disk_lsn",
        "innodb_redo_log_checkpoint_lsn", "innodb_redo_log_read_only", "innodb_history_list_length", "innodb_checkpoint_age",
        "innodb_checkpoint_max_age", "innodb_lsn_current", "innodb_lsn_last_checkpoint", "innodb_num_open_files",
        "innodb_os_log_pending_fsyncs", "innodb_data_pending_reads", "innodb_data_pending_writes", "innodb_data_pending_fsyncs",
        "prepared_stmt_count", "key_blocks_unused", "key_blocks_used", "qcache_free_memory", "qcache_queries_in_cache",
        "trx_rseg_history_len", "log_lsn_checkpoint_age", "log_max_modified_age_async", "log_max_modified_age_sync", "innodb_undo_tablespaces_total",
        "innodb_undo_tablespaces_active", "innodb_truncated_status_writes", "memory_used", "memory_used_initial", "uptime_since_flush_status",
        "innodb_mem_dictionary", "innodb_mem_adaptive_hash", "innodb_max_trx_id",
    }
)  # fmt: skip
"""Values that stand, all others count since the server's start. A log sequence number counts too, but its rate is asked for by name."""

GROWING = frozenset({"trx_rseg_history_len"})
"""Gauges of which the slope matters: the history says by how much they grew over a period."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value by the server's own name, in lower case."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class ServerStatus(Section):
    """Counters of a server over `period`, and the values that stand now. Names as SHOW GLOBAL STATUS and innodb_metrics have them, in lower case."""

    name: ClassVar[str] = "server_status"
    period: Period
    counters: tuple[Value, ...]
    gauges: tuple[Value, ...] = ()
    growths: tuple[Value, ...] = ()
    """By how much each of GROWING is more (or, below zero, less) than at the period's start; of a period between two readings only."""

    def count(self, name: str) -> float | None:
        """What was counted over the period; None where the server has no such counter."""
        return next((one.value for one in self.counters if one.name == name), None)

    def rate(self, name: str) -> float | None:
        """Counted a second over the period."""
        counted = self.count(name)
        return None if counted is None else counted / self.period.seconds

    def growth(self, name: str) -> float | None:
        """By how much that gauge grew over the period; None where it is not known."""
        return next((one.value for one in self.growths if one.name == name), None)

    def gauge(self, name: str) -> float | None:
        """The value now; None where the server has no such value."""
        return next((one.value for one in self.gauges if one.name == name), None)


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """One error by the server's number and symbol, and how often it was raised."""

    number: int
    name: str
    raised: int
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Errors(Section):
    """Errors raised over `period`, without their messages."""

    name: ClassVar[str] = "errors"
    period: Period
    rows: tuple[ErrorCount, ...]
