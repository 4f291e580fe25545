"""`schema/polymorphic_reference`: reads Schema and Tables; says which columns refer now to one table and now to another."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of, tables_with

_TEXTS = {"text", "character varying", "character", "name", "varchar", "char", "enum"}
_KEYS = {"integer", "bigint", "uuid", "text", "character varying", "int", "mediumint", "varchar", "char", "binary"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count."""

    rows_min: float = threshold(1000, "rows", "Smaller tables are not reported.")


def _pairs(columns: tuple[Column, ...]) -> Iterator[tuple[Column, Column]]:
    """(X_type, X_id) of one table."""
    by_name = {column.name: column for column in columns}
    for name, kind in by_name.items():
        stem = name.removesuffix("_type")
        key = by_name.get(f"{stem}_id")
        if stem != name and key is not None and kind.base_type in _TEXTS and key.base_type in _KEYS:
            yield kind, key


@check(needs=(Schema, Tables), thresholds=Thresholds)
def polymorphic_reference(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A pair of columns (owner_type, owner_id) that refers to a table whose name stands in the row.

    Risk: no foreign key can guard it, so rows are orphaned without an error; a join needs one branch a table, and the planner has no idea
        how many rows it finds.
    Evidence: names and types in pg_attribute, and no foreign key on the second column.
    Remedy: one nullable foreign key a table with a CHECK that exactly one is set, or a table of its own for each owner.
    False positives: a framework's own design that is lived with knowingly (Rails, Django); logs that outlive what they refer to.
    """
    guarded = {(one.table, one.columns[0]) for one in context.window.need(Schema).constraints if one.kind == "f"}
    for table, columns in tables_with(context.window, lambda _: True):
        if rows_of(table) < context.thresholds.rows_min:
            continue
        for kind, key in _pairs(columns):
            if (table.name, key.name) in guarded:
                continue
            yield context.finding(
                Subject("table", f"{table.name}({kind.name}, {key.name})", table.name.database),
                Severity.INFO,
                f"{table.name}.{key.name} refers to the table that {kind.name} names: no foreign key can guard it.",
                Evidence("columns", f"{kind.name} {kind.type}, {key.name} {key.type}", "", "pg_attribute"),
                Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
            )
