"""`indexes/foreign_key_unindexed`: reads Schema, Indexes and Tables; says which foreign keys have no index on their own side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.facts.relations import Index, IndexColumn, Indexes, Table, Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted

_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How large a table must be before reading it whole hurts."""

    least_bytes: float = threshold(1_048_576, "bytes", "size of the referencing table from which the key is reported")
    large_bytes: float = threshold(
        1_073_741_824, "bytes", "size from which the finding is of high severity if rows are deleted"
    )


def supported(key: Constraint, indexes: Sequence[Index]) -> bool:
    """Whether a valid, whole B-tree (or hash) leads with the key's columns, in any order."""
    for index in indexes:
        if index.table != key.table or not index.is_valid or index.predicate is not None:
            continue
        if index.method not in {"btree", "hash"}:
            continue
        if set(index.columns[: len(key.columns)]) == set(key.columns):
            return True
    return False


def _severity(table: Table, referenced: Table | None, limits: Thresholds) -> Severity:
    changed = referenced is not None and (referenced.rows_deleted > 0 or referenced.rows_updated > 0)
    if table.size_bytes >= limits.large_bytes:
        return Severity.HIGH if changed else Severity.MEDIUM
    return Severity.MEDIUM if changed else Severity.LOW


@check(needs=(Schema, Indexes, Tables), engines=POSTGRESQL, thresholds=Thresholds)
def foreign_key_unindexed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Foreign keys whose referencing columns lead no index.

    Risk: each DELETE, or UPDATE of the key, of a referenced row reads the whole referencing table and holds its locks meanwhile;
      joins over the key read it too.
    Evidence: pg_constraint, pg_index, the size of the table, rows deleted and updated on the referenced side over the window.
    Remedy: CREATE INDEX CONCURRENTLY on the referencing columns.
    False positives: the referenced rows never change and nobody joins over the key; a column of few values gains little.
    """
    schema, indexes, tables = (
        context.window.need(Schema),
        context.window.need(Indexes),
        context.window.need(Tables),
    )
    by_name = {one.name: one for one in tables.rows}
    names = {one.name.name for one in indexes.rows} | {one.name.name for one in tables.rows}
    done: set[tuple[object, frozenset[str]]] = set()
    for key in sorted(
        (one for one in schema.constraints if one.kind == "f"), key=lambda one: (str(one.table), one.name)
    ):
        table = by_name.get(key.table)
        what = (key.table, frozenset(key.columns))
        if table is None or table.parent is not None or what in done or supported(key, indexes.rows):
            continue
        size = table.size_bytes + sum(one.size_bytes for one in tables.rows if one.parent == key.table)
        if size < context.thresholds.least_bytes:
            continue
        done.add(what)
        referenced = by_name.get(key.referenced_table) if key.referenced_table else None
        yield from _verdicts(context, key, table, size, referenced, names)


def _verdicts(
    context: Context[Thresholds],
    key: Constraint,
    table: Table,
    size: int,
    referenced: Table | None,
    names: set[str],
) -> Iterator[Verdict]:
    columns = ", ".join(key.columns)
    found = context.finding(
        Subject("table", f"{key.table}({columns})", key.table.database),
        _severity(table, referenced, context.thresholds),
        f"Foreign key {key.name} of {key.table} ({columns}) to {key.referenced_table} has no index: "
        f"each delete there reads {size / 2**20:.1f} MiB here.",
        Evidence("size of the table", size, "bytes", "pg_relation_size"),
        Evidence("on delete", _ACTIONS.get(key.on_delete, key.on_delete), "", "pg_constraint.confdeltype"),
        Evidence(
            "rows deleted on the referenced side",
            referenced.rows_deleted if referenced else 0,
            "rows",
            "pg_stat_all_tables",
        ),
        Evidence(
            "rows updated on the referenced side",
            referenced.rows_updated if referenced else 0,
            "rows",
            "pg_stat_all_tables",
        ),
    )
    yield found
    index = HypotheticalIndex(key.table, tuple(IndexColumn(column) for column in key.columns))
    name = index_name(index, names)
    partitioned = table.kind == "p"
    yield context.recommendation(
        found,
        Action.CREATE_INDEX,
        (create_statement(index, name, concurrently=not partitioned),),
        subject=Subject("index", str(index), key.table.database),
        risk="The build reads the whole table and waits for older transactions; every insert then writes one entry more.",
        rollback=(f"DROP INDEX {'' if partitioned else 'CONCURRENTLY '}{quoted(key.table.schema)}.{quoted(name)};",),
        caution="The table is partitioned: CREATE INDEX cannot be concurrent there and blocks writes while it builds; or build it on each "
        "partition concurrently and attach those to an index made ON ONLY the parent."
        if partitioned
        else None,
    )
