"""`queries/offset_paging`: reads Statements; says which statements skip pages by OFFSET and pay for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import pages_by_offset


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """When it costs."""

    blocks_min: float = threshold(1000, "count", "Blocks touched by one call, on average, from which it is reported.")


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Thresholds)
def offset_paging(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Pages by LIMIT and OFFSET that touch many blocks for the rows they give.

    Risk: all rows before the page are made and thrown away, so each page is slower than the one before; rows that come or go
        meanwhile are shown twice or never.
    Evidence: the statement's text; blocks a call of pg_stat_statements. What a plan shows of it is plans/large_offset.
    Remedy: page by key: WHERE (sort columns) > (those of the last row) ORDER BY … LIMIT n, with an index on the sort columns.
    False positives: first pages only, of a query that is dear for another reason.
    """
    for one in weighty(context.window, context.thresholds):
        if not pages_by_offset(one.tree) or one.blocks_a_call < context.thresholds.blocks_min:
            continue
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} pages by OFFSET and touches {one.blocks_a_call:,.0f} blocks a call for {one.rows_a_call:,.1f} rows.",
            Evidence("blocks a call", round(one.blocks_a_call, 1), "count", "pg_stat_statements"),
            *one.evidence,
        )
