"""`queries/correlated_subquery`: reads Statements and Schema; says which outputs look into another table for each row."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.offer import NAMES, NUMBERS, offer
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import correlated
from tunewright_analyzers.sql.rewrites import grouped_join


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """When it costs."""

    rows_min: float = threshold(100, "rows", "Rows given by one call, on average, from which it is reported.")
    calls_min: float = threshold(10, "count", "Calls over the window from which a statement is looked at.")


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Thresholds)
def correlated_subquery(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A scalar subquery in the output list, run once for each of many rows.

    Risk: as many looks into the other table as there are rows; the planner cannot turn it into a hash or merge join.
    Evidence: the statement's text; rows a call of pg_stat_statements. What a plan shows of it is plans/subplan_per_row.
    Remedy: a join to the other table grouped once by its key; written out where all rows are given and the sums are exact.
    False positives: few rows and an index for the subquery: then it is the better plan.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        if one.rows_a_call < context.thresholds.rows_min:
            continue
        places = list(correlated(one.tree, names[one.database]))
        if not places:
            continue
        tables = ", ".join(dict.fromkeys(str(place.table) for place in places))
        found = context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} looks into {tables} once for each of its {one.rows_a_call:,.0f} rows a call.",
            Evidence("looks into", tables, "", "statement text"),
            Evidence("subqueries", len(places), "count", "statement text"),
            *one.evidence,
        )
        yield found
        rewritten = grouped_join(one.text, names[one.database])
        if rewritten is not None:
            yield offer(
                context,
                found,
                one,
                rewritten,
                risk="None for the rows it gives. The other table is read whole and grouped: dearer where the outer table is small "
                "and the other large.",
                caution=f"{NAMES} {NUMBERS}",
            )
