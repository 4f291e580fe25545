"""`queries/leading_wildcard`: reads Statements; says which searches begin with something unknown."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, weighty
from tunewright_analyzers.sql.faults import leading_wildcards


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Weight)
def leading_wildcard(context: Context[Weight]) -> Iterator[Verdict]:
    """LIKE with a constant put in front of the searched text: LIKE '%' || $1.

    Risk: no B-tree can find text by what stands somewhere within it, so every row is read and matched.
    Evidence: the statement's text. The constant itself is redacted; that there was one in front shows in the numbers of the parameters.
    Remedy: a GIN index with gin_trgm_ops (extension pg_trgm), or full-text search where words are meant.
    False positives: a constant that is no wildcard (LIKE 'prefix-' || $1); a table of few rows. A pattern that the client put together
        whole is one parameter and cannot be told: those are silent.
    """
    for one in weighty(context.window, context.thresholds):
        columns = list(dict.fromkeys(leading_wildcards(one.tree)))
        if not columns:
            continue
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} searches within {', '.join(columns)} by a pattern that begins with a constant: "
            f"{one.blocks_a_call:,.0f} blocks a call.",
            Evidence("columns", ", ".join(columns), "", "statement text"),
            Evidence("blocks a call", round(one.blocks_a_call, 1), "count", "pg_stat_statements"),
            *one.evidence,
        )
