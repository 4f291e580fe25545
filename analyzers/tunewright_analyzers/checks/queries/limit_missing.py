"""`queries/limit_missing`: reads Statements; says which statements give very many rows at each call."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import is_unlimited


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """What is many."""

    rows_min: float = threshold(10_000, "rows", "Rows given by one call, on average, from which it is reported.")


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Thresholds)
def limit_missing(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A SELECT without LIMIT that gives very many rows, and often.

    Risk: the client must hold them all (most drivers read the whole result first), and it grows with the table.
    Evidence: no LIMIT or FETCH in the text; rows a call and calls of pg_stat_statements.
    Remedy: LIMIT and paging by key, an aggregate in the database, or a cursor where all rows are truly wanted.
    False positives: exports and synchronisation, which want all rows.
    """
    for one in weighty(context.window, context.thresholds):
        if not is_unlimited(one.tree) or one.rows_a_call < context.thresholds.rows_min:
            continue
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} has no LIMIT and gives {one.rows_a_call:,.0f} rows a call, {one.calls:,} times.",
            *one.evidence,
            Evidence("rows", one.rows, "rows", "pg_stat_statements"),
        )
