"""Short makers of MySQL's facts for cases."""

from datetime import timedelta
from typing import Any

from cases.case import DAY
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.server_status import ServerStatus, Value
from tunewright_analyzers.facts.settings import Setting, Settings
from tunewright_analyzers.facts.snapshot import Period

MB, GB = 1024**2, 1024**3
DAY_SECONDS = 86_400


def variables(**values: Any) -> Settings:
    """SHOW GLOBAL VARIABLES: defaults of MySQL 8.0, with changes."""
    standard = {
        "innodb_buffer_pool_size": 128 * MB,
        "innodb_redo_log_capacity": 100 * MB,
        "innodb_log_buffer_size": 16 * MB,
        "innodb_io_capacity": 200,
        "innodb_flush_log_at_trx_commit": 1,
        "sync_binlog": 1,
        "log_bin": "ON",
        "table_open_cache": 4000,
        "open_files_limit": 10_000,
        "thread_cache_size": 9,
        "thread_handling": "one-thread-per-connection",
        "tmp_table_size": 16 * MB,
        "max_heap_table_size": 16 * MB,
        "temptable_max_ram": GB,
        "read_buffer_size": 131_072,
        "read_rnd_buffer_size": 262_144,
        "sort_buffer_size": 262_144,
        "join_buffer_size": 262_144,
        "thread_stack": 1_048_576,
        "binlog_cache_size": 32_768,
        "max_connections": 151,
    }
    given = {name: value for name, value in {**standard, **values}.items() if value is not None}
    return Settings(
        tuple(Setting(name, str(value), None, "string", "user", "compiled", None) for name, value in given.items())
    )


def status(counters: dict[str, float] | None = None, **values: float) -> ServerStatus:
    """A day of counters, and values now; 20 connections at the busiest time."""
    now = {"max_used_connections": 20.0, "performance_schema_memory": 200.0 * MB, **values}
    counted = tuple(Value(name, value) for name, value in (counters or {}).items())
    return ServerStatus(DAY, counted, tuple(Value(name, value) for name, value in now.items()))


def host(memory_bytes: int = 8 * GB) -> Host:
    """The server's own machine."""
    return Host(4, memory_bytes, memory_bytes // 2, 0, 0.3, 1.0, is_database_host=True)


def just_started() -> ServerStatus:
    """The counters of a minute, all of them high."""
    names = ("innodb_buffer_pool_reads", "innodb_buffer_pool_read_requests", "innodb_os_log_written", "innodb_log_waits",
             "innodb_buffer_pool_wait_free", "table_open_cache_misses", "table_open_cache_hits", "threads_created", "connections",
             "created_tmp_tables", "created_tmp_disk_tables", "sort_merge_passes", "sort_scan", "select_full_join")  # fmt: skip
    return ServerStatus(Period(DAY.end - timedelta(seconds=60), DAY.end), tuple(Value(name, 1e9) for name in names))
