"""`queries/distinct_hides_join`: reads Statements and Schema; says which DISTINCT only takes back what a join doubled."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.offer import NAMES, NUMBERS, offer
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import fanned_out
from tunewright_analyzers.sql.rewrites import exists


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Weight)
def distinct_hides_join(context: Context[Weight]) -> Iterator[Verdict]:
    """SELECT DISTINCT of rows that have a key of their own, over a join that doubles them.

    Risk: each row is made once for every partner, then all are sorted or hashed to leave one; and an aggregate added to such a
        query later counts the doubles.
    Evidence: the statement's text: all outputs come from one table and hold its primary key (pg_constraint), the others are only joined.
    Remedy: WHERE EXISTS for the joined tables; written out where all of the join is understood.
    False positives: partners that are unique themselves, so that nothing is doubled; then DISTINCT is merely needless.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        fault = next(fanned_out(one.tree, names[one.database]), None)
        if fault is None:
            continue
        found = context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} gives rows of {fault.kept} by key, joins {', '.join(fault.others)} and removes the doubles by DISTINCT.",
            Evidence("rows of", str(fault.kept), "", "statement text"),
            Evidence("joined", ", ".join(fault.others), "", "statement text"),
            *one.evidence,
        )
        yield found
        rewritten = exists(one.text, names[one.database])
        if rewritten is not None:
            yield offer(
                context,
                found,
                one,
                rewritten,
                risk="None for the rows it gives, as long as the primary key keeps them apart (a table with children by old INHERITS may "
                "hold a key twice).",
                caution=f"{NAMES} {NUMBERS}",
            )
