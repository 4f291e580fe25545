"""`queries/count_for_existence`: reads Statements; says which statements count all rows to compare the number with a given one."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import counts_compared


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """When it costs."""

    blocks_min: float = threshold(100, "count", "Blocks touched by one call, on average, from which it is reported.")


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Thresholds)
def count_for_existence(context: Context[Thresholds]) -> Iterator[Verdict]:
    """count(*) that is only compared with a number: are there any?

    Risk: all rows are counted where the first one would answer.
    Evidence: the statement's text (a count compared with a constant or parameter, whose value is redacted); blocks a call.
    Remedy: EXISTS for 'any', or count over a subquery with LIMIT for 'at least n'.
    False positives: 'exactly n' must count up to n + 1; a count over few rows.
    """
    for one in weighty(context.window, context.thresholds):
        places = counts_compared(one.tree)
        if not places or one.blocks_a_call < context.thresholds.blocks_min:
            continue
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} counts all rows to compare the number with a given one: {one.blocks_a_call:,.0f} blocks a call.",
            Evidence("comparisons of a count", places, "count", "statement text"),
            Evidence("blocks a call", round(one.blocks_a_call, 1), "count", "pg_stat_statements"),
            *one.evidence,
        )
