"""`schema/primary_key_missing`: reads Tables and Schema; says which tables have no primary key."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count."""

    rows_min: float = threshold(1000, "rows", "Smaller tables are not reported.")


@check(needs=(Tables, Schema), thresholds=Thresholds)
def primary_key_missing(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables without a primary key.

    Risk: duplicate rows cannot be told apart or repaired; logical replication refuses UPDATE and DELETE on the table.
    Evidence: no constraint of type p; the number of rows; whether a unique constraint could serve.
    Remedy: add one on the columns that identify a row, or an identity column.
    False positives: append-only logs that are never changed or replicated logically; partitions, whose parent carries the key.
    """
    constraints = context.window.need(Schema).constraints
    keyed = {one.table for one in constraints if one.kind == "p"}
    unique = {one.table: one for one in constraints if one.kind == "u"}
    for table in context.window.need(Tables).rows:
        rows = max(table.live_rows, int(max(table.row_estimate, 0)))
        if (
            table.name in keyed
            or table.kind not in {"r", "p"}
            or table.parent is not None
            or rows < context.thresholds.rows_min
        ):
            continue
        near = unique.get(table.name)
        hint = f"; the unique constraint {near.name} ({', '.join(near.columns)}) could become one" if near else ""
        yield context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.MEDIUM,
            f"Table {table.name} ({rows:,} rows) has no primary key{hint}.",
            Evidence("rows", rows, "rows", "pg_stat_user_tables"),
            Evidence("unique constraint", near.name if near else "none", "", "pg_constraint"),
        )
