"""`schema/money_type`: reads Schema and Tables; says which columns hold amounts in a type that depends on the server's locale."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with
from tunewright_analyzers.sql.identifiers import qualified, quoted


@check(needs=(Schema, Tables), engines=POSTGRESQL)
def money_type(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Columns of type money.

    Risk: the number of decimals and the printed sign follow lc_monetary, so a dump restored under another locale means other amounts;
        divisions drop fractions of a cent; there is no currency in it.
    Evidence: the type in pg_attribute.
    Remedy: numeric with the decimals of the business, and a column for the currency where there is more than one.
    False positives: none known.
    """
    for table, columns in tables_with(context.window, lambda one: one.base_type == "money"):
        names = [column.name for column in columns]
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"Table {table.name} holds amounts as money: {listed(names)}.",
            Evidence("columns", listed(names), "", "pg_attribute"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
        )
        yield found
        target = qualified(table.name)
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            tuple(
                f"ALTER TABLE {target} ALTER COLUMN {quoted(name)} TYPE numeric USING {quoted(name)}::numeric;"
                for name in names
            ),
            risk="Rewrites the table under an ACCESS EXCLUSIVE lock; clients get 12.50 where they got $12.50.",
            rollback=tuple(
                f"ALTER TABLE {target} ALTER COLUMN {quoted(name)} TYPE money USING {quoted(name)}::money;"
                for name in names
            ),
            caution="A default of such a column must be dropped first and set again afterwards.",
        )
