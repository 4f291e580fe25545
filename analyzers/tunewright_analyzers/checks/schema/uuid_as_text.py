"""`schema/uuid_as_text`: reads Schema, Tables and Columns; says which text columns hold UUIDs, by their widths alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Columns, Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of, tables_with

_TEXTS = frozenset({"character varying", "text", "character"})
_STORED_BYTES = 37
"""36 characters and one byte of header: what pg_stats.avg_width says of a column in which every value is a UUID in its usual form."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count."""

    rows_min: float = threshold(10_000, "rows", "Smaller tables are not reported.")


def _may_be_uuid(column: Column) -> bool:
    """Its declaration says so: 36 characters, or a name that says UUID or GUID."""
    if column.base_type not in _TEXTS:
        return False
    named = any(word in column.name.lower() for word in ("uuid", "guid"))
    return named or column.type in {"character varying(36)", "character(36)"}


@check(needs=(Schema, Tables, Columns), engines=POSTGRESQL, thresholds=Thresholds)
def uuid_as_text(context: Context[Thresholds]) -> Iterator[Verdict]:
    """UUIDs that are stored as text.

    Risk: 37 bytes in place of 16, in the table and in each of its indexes; comparisons by collation; upper and lower case differ.
    Evidence: the declaration (36 characters, or the name) and the planner's average width of exactly 37 bytes; no value is read.
    Remedy: ALTER COLUMN … TYPE uuid USING column::uuid, together with the columns that refer to it.
    False positives: other identifiers of exactly 36 characters; the change to uuid would then fail and change nothing.
    """
    statistics = {(one.table, one.column): one for one in context.window.need(Columns).rows if not one.inherited}
    for table, columns in tables_with(context.window, _may_be_uuid):
        rows = rows_of(table)
        if rows < context.thresholds.rows_min:
            continue
        for column in columns:
            known = statistics.get((table.name, column.name))
            if known is None or known.width_bytes != _STORED_BYTES:
                continue
            saved = int(rows * (1 - known.null_ratio) * 21)
            yield context.finding(
                Subject("column", f"{table.name}.{column.name}", table.name.database),
                Severity.LOW,
                f"Column {table.name}.{column.name} ({column.type}) holds what looks like UUIDs as text: as uuid the table alone "
                f"would be {saved / 1e6:,.1f} MB smaller.",
                Evidence("type", column.type, "", "pg_attribute"),
                Evidence("average width", known.width_bytes, "bytes", "pg_stats.avg_width"),
                Evidence("rows", rows, "rows", "pg_stat_user_tables"),
            )
