"""`schema/nullable_unique`: reads Schema and Indexes; says which unique rules a NULL gets around."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _is_rule(index: Index) -> bool:
    """A unique index over several columns and all rows, in which NULLs count as different from each other."""
    whole = index.predicate is None and index.parent is None and all(key.column for key in index.keys)
    rule = index.is_unique and not index.is_primary and not index.nulls_not_distinct
    return whole and rule and len(index.keys) > 1


@check(needs=(Schema, Indexes), engines=POSTGRESQL)
def nullable_unique(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Unique constraints and indexes over several columns, some of which may be NULL.

    Risk: two NULLs count as different, so as soon as one column is NULL the others may repeat as often as they like.
    Evidence: pg_index.indisunique, indnullsnotdistinct; pg_attribute.attnotnull of its columns.
    Remedy: NOT NULL on those columns, UNIQUE NULLS NOT DISTINCT (release 15 and later), or a second unique index WHERE column IS NULL.
    False positives: a rule that is meant to hold only where all columns are given. A single nullable column is not reported: many rows
        without a value are what one wants there.
    """
    optional = {(one.table, one.name) for one in context.window.need(Schema).columns if not one.not_null}
    for index in context.window.need(Indexes).rows:
        holes = [name for name in index.columns if (index.table, name) in optional] if _is_rule(index) else []
        if not holes:
            continue
        yield context.finding(
            Subject("index", str(index.name), index.name.database),
            Severity.LOW,
            f"{index.table} is unique by ({', '.join(index.columns)}), but {', '.join(holes)} may be NULL: such rows may repeat.",
            Evidence("columns", ", ".join(index.columns), "", "pg_index"),
            Evidence("columns that may be NULL", ", ".join(holes), "", "pg_attribute.attnotnull"),
            Evidence("constraint", index.constraint or "none", "", "pg_constraint"),
        )
