"""`queries/union_for_union_all`: reads Statements; says which UNIONs remove doubles for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.offer import NUMBERS, offer
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import combines_by_union, needless_unions
from tunewright_analyzers.sql.rewrites import union_all


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """When a UNION of the outermost query is worth a look."""

    rows_min: float = threshold(
        10_000, "rows", "Rows given by one call, on average, from which an outermost UNION is reported."
    )


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Thresholds)
def union_for_union_all(context: Context[Thresholds]) -> Iterator[Verdict]:
    """UNION where UNION ALL would do.

    Risk: all rows of all arms are sorted or hashed to find doubles, in memory or on disk, before the first one is given.
    Evidence: the statement's text; rows a call of pg_stat_statements.
    Remedy: UNION ALL. Within IN, EXISTS, ANY and ALL it gives the same and is written out; elsewhere only you know whether arms overlap.
    False positives: an outermost UNION whose arms do overlap, and whose doubles must go.
    """
    for one in weighty(context.window, context.thresholds):
        needless = sum(1 for _ in needless_unions(one.tree))
        wide = combines_by_union(one.tree) and one.rows_a_call >= context.thresholds.rows_min
        if not needless and not wide:
            continue
        found = context.finding(
            one.subject,
            Severity.LOW if needless else Severity.INFO,
            f"Statement {one.id} removes doubles by UNION within IN or EXISTS, where doubles make no difference."
            if needless
            else f"Statement {one.id} removes doubles among {one.rows_a_call:,.0f} rows a call: if its arms cannot overlap, for nothing.",
            Evidence("needless UNIONs", needless, "count", "statement text"),
            *one.evidence,
        )
        yield found
        rewritten = union_all(one.text) if needless else None
        if rewritten is not None:
            yield offer(
                context,
                found,
                one,
                rewritten,
                risk="None for the rows it gives. If the arms hold very many doubles, the list to search may grow.",
                caution=NUMBERS,
            )
