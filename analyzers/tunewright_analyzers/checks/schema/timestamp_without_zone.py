"""`schema/timestamp_without_zone`: reads Schema and Tables; says which columns hold times that belong to no zone."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with


@check(needs=(Schema, Tables), engines=POSTGRESQL)
def timestamp_without_zone(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Columns of type timestamp without time zone.

    Risk: the value is what a clock on some wall showed: which wall is known to the writer only. now() stored into it depends on the
        session's TimeZone, and an hour of each autumn exists twice.
    Evidence: the type in pg_attribute; columns of the same table that do have a zone.
    Remedy: ALTER COLUMN … TYPE timestamptz USING column AT TIME ZONE 'the zone it was written in'; which one only you know.
    False positives: times that are meant to be local everywhere (a shop opens at nine), or a rule that all of it is UTC.
    """
    for table, columns in tables_with(context.window, lambda one: one.base_type == "timestamp without time zone"):
        names = [column.name for column in columns]
        clock = [one.name for one in columns if one.default and "now()" in one.default.lower()]
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW if clock else Severity.INFO,
            f"Table {table.name} holds times without a zone: {listed(names)}"
            + (f"; {listed(clock)} take now(), which depends on the session's TimeZone." if clock else "."),
            Evidence("columns", listed(names), "", "pg_attribute"),
            Evidence("columns filled by now()", listed(clock) or "none", "", "pg_attrdef"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
        )
        yield found
