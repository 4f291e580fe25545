"""Short makers of facts for cases: everything has an innocent default, so that a case shows only what matters to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases.case import DAY, NOW
from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.databases import Database, Databases, Throughput
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import (
    Index,
    IndexColumn,
    Indexes,
    RelationName,
    Sequence,
    Sequences,
    Table,
    Tables,
)
from tunewright_analyzers.facts.sessions import ActiveSessions, Session, SessionLoad, Sessions
from tunewright_analyzers.facts.settings import RoleSetting, Setting, Settings
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements

MB = 1024**2
GB = 1024**3


def ago(**units: float) -> datetime:
    """The time so long before the cases' now, as in `ago(minutes=5)`."""
    return NOW - timedelta(**units)


def relation(name: str = "orders") -> RelationName:
    """public.NAME of the database shop."""
    return RelationName("shop", "public", name)


def table(name: str = "orders", **changes: Any) -> Table:
    """A healthy table of 100,000 rows, vacuumed and analysed an hour ago."""
    healthy = Table(
        name=relation(name),
        kind="r",
        size_bytes=80 * MB,
        toast_bytes=0,
        index_bytes=10 * MB,
        pages=10240,
        row_estimate=100_000.0,
        live_rows=100_000,
        last_autovacuum=ago(hours=1),
        last_autoanalyze=ago(hours=1),
        autovacuums=3,
    )
    return replace(healthy, **changes)


def tables(*rows: Table) -> Tables:
    """The section."""
    return Tables(DAY, rows)


def index(
    name: str = "orders_status", keys: tuple[str, ...] = ("status",), on: str = "orders", **changes: Any
) -> Index:
    """A used, valid B-tree of 20 MB."""
    columns = tuple(IndexColumn(key) for key in keys)
    sound = Index(
        name=relation(name),
        table=relation(on),
        method="btree",
        keys=columns,
        included=(),
        predicate=None,
        definition=f"CREATE INDEX {name} ON public.{on} USING btree ({', '.join(keys)})",
        size_bytes=20 * MB,
        is_unique=False,
        is_primary=False,
        scans=1000,
        row_estimate=100_000.0,
        pages=2560,
    )
    return replace(sound, **changes)


def indexes(*rows: Index, **changes: Any) -> Indexes:
    """The section, counted for sixty days."""
    return replace(Indexes(DAY, rows, ("shop",), ago(days=60)), **changes)


def sequence(name: str = "orders_id_seq", **changes: Any) -> Sequence:
    """The sequence of orders.id, an integer at 1,000."""
    fresh = Sequence(relation(name), relation("orders"), "id", "integer", 1000, 2**31 - 1, 1, cycles=False)
    return replace(fresh, **changes)


def sequences(*rows: Sequence) -> Sequences:
    """The section."""
    return Sequences(rows)


def session(pid: int = 100, **changes: Any) -> Session:
    """A client of user app that runs a statement since a second."""
    active = Session(
        pid=pid,
        database="shop",
        user="app",
        application="web",
        client="10.0.0.9",
        backend_type="client backend",
        state="active",
        wait_type=None,
        wait_event=None,
        backend_start=ago(hours=1),
        transaction_start=ago(seconds=1),
        statement_start=ago(seconds=1),
        state_change=ago(seconds=1),
        statement="SELECT ?",
        statement_id=StatementId("50fde20626009aba"),
    )
    return replace(active, **changes)


def sessions(*rows: Session, **changes: Any) -> Sessions:
    """The section."""
    return replace(Sessions(NOW, rows), **changes)


def statement(identity: str = "50fde20626009aba", **changes: Any) -> Statement:
    """A statement of 1,000 calls of 1 ms."""
    quick = Statement(
        key=StatementKey("shop", "app", identity),
        id=StatementId(identity),
        text="SELECT * FROM orders WHERE id = $1",
        kind="select",
        calls=1000,
        exec_seconds=1.0,
        rows=1000,
    )
    return replace(quick, **changes)


def statements(*rows: Statement, **coverage: Any) -> Statements:
    """The section, nothing evicted."""
    return Statements(DAY, rows, replace(Coverage(len(rows), 5000, 0, ago(days=60)), **coverage))


_DEFAULTS = {
    "autovacuum": ("on", None, "bool"),
    "autovacuum_analyze_scale_factor": ("0.1", None, "real"),
    "autovacuum_analyze_threshold": ("50", None, "integer"),
    "autovacuum_freeze_max_age": ("200000000", None, "integer"),
    "autovacuum_max_workers": ("3", None, "integer"),
    "autovacuum_vacuum_cost_delay": ("2", "ms", "real"),
    "autovacuum_vacuum_cost_limit": ("-1", None, "integer"),
    "autovacuum_vacuum_insert_scale_factor": ("0.2", None, "real"),
    "autovacuum_vacuum_insert_threshold": ("1000", None, "integer"),
    "autovacuum_vacuum_scale_factor": ("0.2", None, "real"),
    "autovacuum_vacuum_threshold": ("50", None, "integer"),
    "autovacuum_work_mem": ("-1", "kB", "integer"),
    "bgwriter_delay": ("200", "ms", "integer"),
    "bgwriter_lru_maxpages": ("100", None, "integer"),
    "bgwriter_lru_multiplier": ("2", None, "real"),
    "checkpoint_completion_target": ("0.9", None, "real"),
    "checkpoint_timeout": ("300", "s", "integer"),
    "default_statistics_target": ("100", None, "integer"),
    "effective_cache_size": ("524288", "8kB", "integer"),
    "effective_io_concurrency": ("16", None, "integer"),
    "enable_hashjoin": ("on", None, "bool"),
    "enable_seqscan": ("on", None, "bool"),
    "fsync": ("on", None, "bool"),
    "full_page_writes": ("on", None, "bool"),
    "hash_mem_multiplier": ("2", None, "real"),
    "huge_pages": ("try", None, "enum"),
    "huge_pages_status": ("off", None, "enum"),
    "idle_in_transaction_session_timeout": ("0", "ms", "integer"),
    "jit": ("on", None, "bool"),
    "jit_above_cost": ("100000", None, "real"),
    "auto_explain.log_min_duration": ("1000", "ms", "integer"),
    "lock_timeout": ("0", "ms", "integer"),
    "log_autovacuum_min_duration": ("600000", "ms", "integer"),
    "log_lock_waits": ("on", None, "bool"),
    "log_min_duration_statement": ("1000", "ms", "integer"),
    "log_temp_files": ("10240", "kB", "integer"),
    "maintenance_work_mem": ("65536", "kB", "integer"),
    "max_connections": ("100", None, "integer"),
    "max_parallel_workers": ("8", None, "integer"),
    "max_parallel_workers_per_gather": ("2", None, "integer"),
    "max_wal_size": ("1024", "MB", "integer"),
    "min_wal_size": ("80", "MB", "integer"),
    "max_worker_processes": ("8", None, "integer"),
    "pg_stat_statements.max": ("5000", None, "integer"),
    "pg_stat_statements.track": ("top", None, "enum"),
    "plan_cache_mode": ("auto", None, "enum"),
    "random_page_cost": ("4", None, "real"),
    "seq_page_cost": ("1", None, "real"),
    "shared_buffers": ("16384", "8kB", "integer"),
    "shared_memory_size_in_huge_pages": ("80", None, "integer"),
    "statement_timeout": ("0", "ms", "integer"),
    "synchronous_commit": ("on", None, "enum"),
    "track_activity_query_size": ("1024", "B", "integer"),
    "track_counts": ("on", None, "bool"),
    "track_io_timing": ("on", None, "bool"),
    "track_functions": ("pl", None, "enum"),
    "vacuum_cost_limit": ("200", None, "integer"),
    "wal_buffers": ("512", "8kB", "integer"),
    "wal_compression": ("off", None, "enum"),
    "work_mem": ("4096", "kB", "integer"),
}  # fmt: skip
_RESTART = frozenset({
    "autovacuum_freeze_max_age", "huge_pages", "max_connections", "max_worker_processes", "pg_stat_statements.max", "shared_buffers",
    "track_activity_query_size", "wal_buffers",
})  # fmt: skip
_SESSION = frozenset({
    "default_statistics_target", "effective_cache_size", "effective_io_concurrency", "enable_hashjoin", "enable_seqscan", "hash_mem_multiplier",
    "idle_in_transaction_session_timeout", "jit", "jit_above_cost", "lock_timeout", "maintenance_work_mem", "max_parallel_workers",
    "max_parallel_workers_per_gather", "plan_cache_mode", "random_page_cost", "seq_page_cost", "statement_timeout", "synchronous_commit",
    "track_io_timing", "work_mem",
})  # fmt: skip
_CHOICES = {"wal_compression": ("pglz", "lz4", "zstd", "on", "off")}


def settings(*roles: RoleSetting, without: tuple[str, ...] = (), **values: str) -> Settings:
    """The defaults of PostgreSQL that checks read, with changes by name, without some, and what roles have of their own."""
    merged = {
        **_DEFAULTS,
        **{name: (value, *_DEFAULTS.get(name, ("", None, "string"))[1:]) for name, value in values.items()},
    }

    def context(name: str) -> str:
        return "postmaster" if name in _RESTART else "user" if name in _SESSION else "sighup"

    return Settings(
        tuple(
            Setting(
                name, value, unit, kind, context(name), "configuration file" if name in values else "default",
                _DEFAULTS.get(name, (value,))[0], choices=_CHOICES.get(name, ()),
            )
            for name, (value, unit, kind) in merged.items() if name not in without
        ),
        roles,
    )  # fmt: skip


def load(*rows: SessionLoad, **changes: Any) -> ActiveSessions:
    """An hour of samples, one a second; the busiest saw eight sessions."""
    hour = ActiveSessions(Period(ago(hours=1), NOW), 3600, 1.0, rows, peak_active=8)
    return replace(hour, **changes)


def busy(samples: int = 3600, **changes: Any) -> SessionLoad:
    """The samples that saw sessions of app on the processor."""
    return replace(SessionLoad("shop", "app", StatementId("50fde20626009aba"), "CPU", "CPU", samples), **changes)


def host(memory_bytes: int = 16 * GB, **changes: Any) -> Host:
    """A quiet machine of four cores that is the database's own."""
    return replace(Host(4, memory_bytes, memory_bytes // 2, 0, 0.2, 0.8, is_database_host=True), **changes)


def throughput(**changes: Any) -> Throughput:
    """A day without a forced checkpoint."""
    quiet = Throughput(
        DAY, wal_records=10**7, wal_full_page_images=10**4, wal_bytes=10 * GB, wal_buffers_full=0, checkpoints_timed=288,
        checkpoints_requested=0, checkpoint_write_seconds=1000.0, checkpoint_sync_seconds=10.0, checkpoint_buffers_written=10**6,
        bgwriter_buffers_written=10**5, bgwriter_stopped=0, buffers_allocated=10**6, backend_buffers_written=10**4, backend_fsyncs=0,
    )  # fmt: skip
    return replace(quiet, **changes)


def database(name: str = "shop", **changes: Any) -> Database:
    """A young, quiet database."""
    quiet = Database(
        name=name,
        size_bytes=GB,
        connections=5,
        commits=100_000,
        rollbacks=10,
        blocks_hit=10**7,
        blocks_read=10**4,
        rows_returned=10**6,
        rows_fetched=10**6,
        rows_inserted=10**4,
        rows_updated=10**4,
        rows_deleted=100,
        conflicts=0,
        temp_files=0,
        temp_bytes=0,
        deadlocks=0,
        block_read_seconds=1.0,
        block_write_seconds=0.0,
        xid_age=10**6,
        mxid_age=1,
    )
    return replace(quiet, **changes)


def databases(*rows: Database, max_connections: int = 100, reserved: int = 3) -> Databases:
    """The section."""
    return Databases(DAY, rows, max_connections, reserved)


def column(table_name: str, name: str, kind: str = "integer", **changes: Any) -> Column:
    """A column that may be null."""
    return replace(Column(relation(table_name), name, 1, kind, kind.partition("(")[0], not_null=False), **changes)


def constraint(table_name: str, kind: str, columns: tuple[str, ...], **changes: Any) -> Constraint:
    """A valid constraint named TABLE_COLUMNS_KIND."""
    return replace(
        Constraint(f"{table_name}_{'_'.join(columns)}_{kind}", relation(table_name), kind, columns), **changes
    )


def foreign_key(table_name: str, name: str, to: str, referenced: str = "id") -> Constraint:
    """A foreign key of one column."""
    return constraint(table_name, "f", (name,), referenced_table=relation(to), referenced_columns=(referenced,))


def schema(*parts: Column | Constraint) -> Schema:
    """The section, of columns and constraints in any order."""
    columns = tuple(part for part in parts if isinstance(part, Column))
    return Schema(columns, tuple(part for part in parts if isinstance(part, Constraint)))
