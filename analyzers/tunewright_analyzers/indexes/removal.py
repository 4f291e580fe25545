"""How an index is taken away, by engine: PostgreSQL drops it concurrently; MySQL and MariaDB hide it first, to be shown again in a moment."""

from dataclasses import dataclass

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Index
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.statements import hide
from tunewright_analyzers.sql.identifiers import qualified
from tunewright_analyzers.sql.mysql.identifiers import qualified as mysql_qualified
from tunewright_analyzers.sql.mysql.identifiers import quoted as mysql_quoted


@dataclass(frozen=True, slots=True)
class Removal:
    """What takes an index away (or hides it), what brings it back, and what must be known about it."""

    statements: tuple[str, ...]
    rollback: tuple[str, ...]
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the engine keeps what these checks rest on, for Evidence.source."""

    scans: str
    sizes: str
    definitions: str
    since: str
    foreign_keys: str


_POSTGRESQL = Counted(
    "pg_stat_all_indexes.idx_scan", "pg_relation_size", "pg_index", "pg_stat_database.stats_reset", "pg_constraint"
)
_MYSQL = Counted(
    "performance_schema.table_io_waits_summary_by_index_usage",
    "mysql.innodb_index_stats",
    "information_schema.statistics",
    "the start of performance_schema's counters",
    "information_schema.key_column_usage",
)


def counted(engine: Engine) -> Counted:
    """The engine's names."""
    return _POSTGRESQL if engine is Engine.POSTGRESQL else _MYSQL


def removal(index: Index, engine: Engine) -> Removal:
    """The first step. On MySQL and MariaDB the drop itself is the second one, told in the caution: it comes after a business cycle unseen."""
    if engine is Engine.POSTGRESQL:
        return Removal((f"DROP INDEX CONCURRENTLY {qualified(index.name)};",), (f"{index.definition.rstrip(';')};",))
    hidden, shown = hide(index.table, index.name.name, engine)
    drop = f"ALTER TABLE {mysql_qualified(index.table)} DROP INDEX {mysql_quoted(index.name.name)}"
    return Removal(
        (hidden,),
        (shown,),
        "The optimiser does not see it any more, and writes still maintain it. Wait a business cycle and look at the counters of every reader; "
        f"then: {drop} (back: {index.definition.rstrip(';')}).",
    )


def serves_a_foreign_key(index: Index, schema: Schema | None) -> bool:
    """Whether it begins with the columns of a foreign key, or with those that one refers to: InnoDB needs an index on both sides."""
    for key in schema.constraints if schema else ():
        if key.kind != "f":
            continue
        own = key.table == index.table and set(index.columns[: len(key.columns)]) == set(key.columns)
        referred = key.referenced_columns or ()
        other = (
            key.referenced_table == index.table
            and bool(referred)
            and set(index.columns[: len(referred)]) == set(referred)
        )
        if own or other:
            return True
    return False
