"""`schema/padded_char`: reads Schema and Tables; says which columns pad their values with blanks."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with
from tunewright_analyzers.sql.identifiers import qualified, quoted


@check(needs=(Schema, Tables), engines=POSTGRESQL)
def padded_char(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Columns of type char(n), which pads every value with blanks to n characters.

    Risk: the blanks take space and are ignored by some comparisons and not by others (LIKE, regular expressions, casts to text), so
        that equal values differ; a value is not refused for being too short.
    Evidence: the type in pg_attribute; char(1), which pads nothing but the empty text, is left out.
    Remedy: text, or varchar(n) where the bound is a rule of the business.
    False positives: codes whose length never varies (ISO countries): then it only costs nothing and gains nothing.
    """
    for table, columns in tables_with(
        context.window, lambda one: one.base_type == "character" and one.type not in {"character", "character(1)"}
    ):
        names = [f"{column.name} {column.type}" for column in columns]
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.INFO,
            f"Table {table.name} pads values with blanks: {listed(names)}.",
            Evidence("columns", listed(names), "", "pg_attribute"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
        )
        yield found
        target = qualified(table.name)
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {target} {', '.join(f'ALTER COLUMN {quoted(one.name)} TYPE text' for one in columns)};",),
            risk="Rewrites the table under an ACCESS EXCLUSIVE lock; code that relies on the blanks sees them go.",
            rollback=(
                f"ALTER TABLE {target} {', '.join(f'ALTER COLUMN {quoted(one.name)} TYPE {one.type}' for one in columns)};",
            ),
        )
