"""`queries/not_in_subquery`: reads Statements and Schema; says where one NULL empties an answer, and where NOT IN is slower than need be."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.offer import NAMES, NUMBERS, offer
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import not_in
from tunewright_analyzers.sql.rewrites import not_exists


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Weight)
def not_in_subquery(context: Context[Weight]) -> Iterator[Verdict]:
    """NOT IN with a subquery.

    Risk: if the subquery gives one NULL, NOT IN is true for no row: the answer is empty, without an error. It is never an anti-join
        either: the list is hashed if it fits into work_mem, and else searched from its start for each row.
    Evidence: the statement's text; whether the column may be NULL (pg_attribute, pg_constraint, IS NOT NULL in the subquery).
    Remedy: NOT EXISTS. Where neither side can be NULL it gives the same rows and is written out; else decide first what NULL should mean.
    False positives: a column that holds no NULL though it may; a NOT NULL constraint would say so.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        faults = list(not_in(one.tree, names[one.database]))
        if not faults:
            continue
        worst = next((fault for fault in faults if fault.may_be_null), faults[0])
        column = f"{worst.inner.column.table}.{worst.inner.column.name}"
        found = context.finding(
            one.subject,
            Severity.MEDIUM if worst.may_be_null else Severity.LOW,
            f"Statement {one.id} asks for what is NOT IN (SELECT {column} …)"
            + (": one NULL there empties its answer." if worst.may_be_null else ", which cannot become an anti-join."),
            Evidence("column", column, "", "statement text"),
            Evidence("may be NULL", worst.may_be_null, "", "pg_attribute.attnotnull"),
            *one.evidence,
        )
        yield found
        rewritten = None if worst.may_be_null else not_exists(one.text, names[one.database])
        if rewritten is not None:
            yield offer(
                context,
                found,
                one,
                rewritten,
                risk="None for the rows it gives: neither side can be NULL.",
                caution=f"{NAMES} {NUMBERS}",
            )
