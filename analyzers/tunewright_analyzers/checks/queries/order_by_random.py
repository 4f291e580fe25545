"""`queries/order_by_random`: reads Statements; says which statements shuffle all rows to take a few."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import sorts_by_chance


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Weight)
def order_by_random(context: Context[Weight]) -> Iterator[Verdict]:
    """ORDER BY random().

    Risk: every row is read and sorted at each call, though a few are taken.
    Evidence: the statement's text; blocks a call of pg_stat_statements.
    Remedy: TABLESAMPLE SYSTEM_ROWS (extension tsm_system_rows), or a random key column with an index, from a random number on.
    False positives: a small table, or a true shuffle of all rows.
    """
    for one in weighty(context.window, context.thresholds):
        if not sorts_by_chance(one.tree):
            continue
        yield context.finding(
            one.subject,
            Severity.MEDIUM if one.share >= 0.1 else Severity.LOW,
            f"Statement {one.id} sorts by a random number: {one.blocks_a_call:,.0f} blocks a call for {one.rows_a_call:,.1f} rows.",
            Evidence("blocks a call", round(one.blocks_a_call, 1), "count", "pg_stat_statements"),
            Evidence("share of all statements", round(one.share, 4), "ratio", "pg_stat_statements"),
            *one.evidence,
        )
