"""`queries/implicit_cast`: reads Statements and Schema; says which joins compare columns of unlike types."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import unlike_joins


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Weight)
def implicit_cast(context: Context[Weight]) -> Iterator[Verdict]:
    """Comparisons of two columns whose types belong to different families.

    Risk: the server converts one side for every row, so an index on that side cannot be used.
    Evidence: the statement's text and the two types in pg_attribute; families as in pg_amop (integer, numeric, floating point, text, char).
    Remedy: give both columns one type; until then cast the side whose index is not needed, by hand.
    False positives: a join that hashes both sides anyway. Casts of parameters do not show in the text: see plans/cast_defeats_index.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        pair = next(unlike_joins(one.tree, names[one.database]), None)
        if pair is None:
            continue
        left, right = (f"{side.column.table}.{side.column.name} ({side.column.type})" for side in pair)
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} compares {left} with {right}: one of them is converted for every row.",
            Evidence("left", left, "", "pg_attribute"),
            Evidence("right", right, "", "pg_attribute"),
            *one.evidence,
        )
