"""`queries/or_across_tables`: reads Statements and Schema; says which conditions no single index can serve."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import or_across


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Weight)
def or_across_tables(context: Context[Weight]) -> Iterator[Verdict]:
    """OR between conditions on different tables of a join.

    Risk: neither condition can be applied before the join, so all pairs of rows are made and then filtered, whatever indexes there are.
    Evidence: the statement's text; both columns belong to different tables of the catalogue.
    Remedy: two queries, one a condition, joined by UNION (by key, if the same row may come twice), each with its index.
    False positives: small tables, or other conditions that leave few rows before this one.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        places = list(or_across(one.tree, names[one.database]))
        if not places:
            continue
        columns = " OR ".join(f"{side.column.table}.{side.column.name}" for side in places[0])
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} filters by {columns} after the join: {one.blocks_a_call:,.0f} blocks a call for {one.rows_a_call:,.1f} rows.",
            Evidence("columns", columns, "", "statement text"),
            Evidence("blocks a call", round(one.blocks_a_call, 1), "count", "pg_stat_statements"),
            *one.evidence,
        )
