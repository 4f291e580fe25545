"""Short makers of facts for cases: everything has an innocent default, so that a case shows only what matters to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases.case import DAY, NOW
from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.databases import Database, Databases
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
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.settings import Setting, Settings
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
    "track_counts": ("on", None, "bool"),
    "autovacuum_vacuum_threshold": ("50", None, "integer"),
    "autovacuum_vacuum_scale_factor": ("0.2", None, "real"),
    "autovacuum_analyze_threshold": ("50", None, "integer"),
    "autovacuum_analyze_scale_factor": ("0.1", None, "real"),
    "autovacuum_freeze_max_age": ("200000000", None, "integer"),
    "autovacuum_vacuum_cost_limit": ("-1", None, "integer"),
    "vacuum_cost_limit": ("200", None, "integer"),
    "work_mem": ("4096", "kB", "integer"),
    "max_wal_size": ("1024", "MB", "integer"),
    "checkpoint_timeout": ("300", "s", "integer"),
    "fsync": ("on", None, "bool"),
    "full_page_writes": ("on", None, "bool"),
    "synchronous_commit": ("on", None, "enum"),
    "idle_in_transaction_session_timeout": ("0", "ms", "integer"),
    "track_io_timing": ("on", None, "bool"),
    "log_lock_waits": ("on", None, "bool"),
    "random_page_cost": ("4", None, "real"),
    "jit_above_cost": ("100000", None, "real"),
}


def settings(**values: str) -> Settings:
    """The defaults of PostgreSQL that checks read, with changes by name."""
    merged = {
        **_DEFAULTS,
        **{name: (value, *_DEFAULTS.get(name, ("", None, "string"))[1:]) for name, value in values.items()},
    }
    return Settings(
        tuple(
            Setting(name, value, unit, kind, "sighup", "default", value) for name, (value, unit, kind) in merged.items()
        )
    )


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
