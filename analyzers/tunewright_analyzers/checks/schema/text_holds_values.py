"""`schema/text_holds_values`: reads Schema, Tables and Columns; says which text columns hold nothing but numbers, or dates."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Columns, Schema, TextShapes
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with

_TEXTS = frozenset({"character varying", "text", "character"})
_NAMES_OF_CODES = (
    "phone",
    "fax",
    "zip",
    "post",
    "card",
    "iban",
    "code",
    "sku",
    "isbn",
    "ean",
    "serial",
    "version",
    "token",
    "hash",
)
"""Digits that are no quantity: nobody adds them up, and a leading zero may come tomorrow."""  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which columns count."""

    rows_min: float = threshold(10_000, "rows", "Smaller tables are not reported.")
    values_min: float = threshold(20, "count", "Values kept by the planner that must have been looked at.")


def _may_hold_values(column: Column) -> bool:
    return column.base_type in _TEXTS and not any(word in column.name.lower() for word in _NAMES_OF_CODES)


def _held(shapes: TextShapes) -> tuple[str, str] | None:
    """(what every value seen is, the type it should have)."""
    if shapes.dates == shapes.seen:
        return "dates", "date or timestamptz"
    return ("numbers", "bigint or numeric") if shapes.numbers == shapes.seen else None


@check(needs=(Schema, Tables, Columns), engines=POSTGRESQL, thresholds=Thresholds)
def text_holds_values(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Numbers or dates that are stored as text.

    Risk: '10' sorts before '9', ranges and sums need a cast that no plain index serves, '2026-02-31' is let in, and the planner takes its
        estimates of ranges from the order of letters.
    Evidence: every value that the planner keeps of the column (most common values and histogram bounds) is wholly a number or an ISO date;
        the server counts them, no value is read.
    Remedy: ALTER COLUMN … TYPE … USING (it rewrites the table; on a large one a new column, filled in batches); a value that is none fails it.
    False positives: identifiers made of digits whose name does not say so; the values kept are a sample, others may be anything.
    """
    limits = context.thresholds
    statistics = {(one.table, one.column, one.inherited): one for one in context.window.need(Columns).rows}
    unseen: list[str] = []
    for table, columns in tables_with(context.window, _may_hold_values):
        rows = rows_of(table)
        if rows < limits.rows_min:
            continue
        for column in columns:
            known = statistics.get((table.name, column.name, table.kind == "p"))
            if known is None or known.null_ratio == 1:
                continue
            shapes = known.shapes
            if shapes is None:
                unseen.append(f"{table.name}.{column.name}")
                continue
            held = _held(shapes) if shapes.seen >= limits.values_min else None
            if held is None:
                continue
            what, better = held
            yield context.finding(
                Subject("column", f"{table.name}.{column.name}", table.name.database),
                Severity.LOW,
                f"Column {table.name}.{column.name} ({column.type}) holds {what} as text: all {shapes.seen} values that the planner keeps of it"
                f" are {what}; {better} would sort, compare and check them.",
                Evidence("type", column.type, "", "pg_attribute"),
                Evidence(f"values that are {what}", shapes.seen, "count", "pg_stats"),
                Evidence("rows", rows, "rows", "pg_stat_user_tables"),
            )
    if unseen:
        reason = (
            f"what {len(unseen)} text columns hold is hidden from our role ({listed(unseen)});"
            " the SQL of `tunewright grants` makes tunewright.text_shapes(), which counts it"
        )
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), reason)
