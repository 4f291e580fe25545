"""`queries/select_star`: reads Statements and Schema; says which statements ask for every column of a wide table."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.queries.weighty import Weight, names_of, weighty
from tunewright_analyzers.sql.faults import starred


@dataclass(frozen=True, slots=True)
class Thresholds(Weight):
    """When it costs."""

    columns_min: float = threshold(20, "count", "Columns of the tables behind the * from which it is reported.")


@check(needs=(Statements, Schema), engines=POSTGRESQL, thresholds=Thresholds)
def select_star(context: Context[Thresholds]) -> Iterator[Verdict]:
    """SELECT * over tables with many columns.

    Risk: every row is unpacked and sent whole, out-of-line values too; no index-only scan can serve it; a new column changes the result.
    Evidence: the statement's text, the number of columns in the catalogue, calls and rows of pg_stat_statements.
    Remedy: name the columns that are used.
    False positives: an object mapper that needs the whole row, or a row that is copied.
    """
    names = names_of(context.window)
    for one in weighty(context.window, context.thresholds):
        tables = starred(one.tree, names[one.database])
        count = sum(len(names[one.database].catalogue.columns(table)) for table in tables)
        if count < context.thresholds.columns_min:
            continue
        where = ", ".join(str(table) for table in tables)
        yield context.finding(
            one.subject,
            Severity.LOW,
            f"Statement {one.id} asks for all {count} columns of {where}: {one.rows:,} rows in {one.calls:,} calls.",
            Evidence("columns", count, "count", "pg_attribute"),
            *one.evidence,
        )
