"""`schema/wide_table`: reads Schema and Tables; says which tables have very many columns."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of, tables_with


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is wide."""

    columns_min: float = threshold(100, "count", "Columns from which a table is reported.")
    rows_min: float = threshold(1000, "rows", "Smaller tables are not reported.")


@check(needs=(Schema, Tables), thresholds=Thresholds)
def wide_table(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables with very many columns.

    Risk: each update writes the whole row anew, each read unpacks all columns before the wanted one, few rows fit into a page;
        the row ends at 1,600 columns and at one page.
    Evidence: the number of columns in pg_attribute, how many may be NULL, bytes a row (heap pages over rows).
    Remedy: split off what is read or changed apart from the rest; move rarely filled attributes into a table of their own or into jsonb.
    False positives: denormalised tables of a warehouse, loaded once and read by column lists.
    """
    limits = context.thresholds
    for table, columns in tables_with(context.window, lambda _: True):
        rows = rows_of(table)
        if len(columns) < limits.columns_min or rows < limits.rows_min:
            continue
        width = table.size_bytes / rows if rows else 0.0
        yield context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"Table {table.name} has {len(columns)} columns and takes {width:,.0f} bytes a row.",
            Evidence("columns", len(columns), "count", "pg_attribute"),
            Evidence("columns that may be NULL", sum(not one.not_null for one in columns), "count", "pg_attribute"),
            Evidence("bytes a row", round(width), "bytes", "pg_class"),
            Evidence("rows updated", table.rows_updated, "rows", "pg_stat_user_tables"),
        )
