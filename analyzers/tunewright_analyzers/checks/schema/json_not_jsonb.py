"""`schema/json_not_jsonb`: reads Schema and Tables; says which documents are stored as their text."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with
from tunewright_analyzers.sql.identifiers import qualified, quoted


@check(needs=(Schema, Tables), engines=POSTGRESQL)
def json_not_jsonb(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Columns of type json, which keeps the text and parses it at every look.

    Risk: each operator parses the document again; it has no equality (no DISTINCT, GROUP BY, UNION), and no GIN index serves it.
    Evidence: the type in pg_attribute.
    Remedy: jsonb.
    False positives: documents that must come back byte for byte (signed payloads), or are only stored and never looked into.
    """
    for table, columns in tables_with(context.window, lambda one: one.base_type == "json"):
        names = [column.name for column in columns]
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.INFO,
            f"Table {table.name} stores documents as json, not jsonb: {listed(names)}.",
            Evidence("columns", listed(names), "", "pg_attribute"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
            Evidence("out-of-line size", table.toast_bytes, "bytes", "pg_class"),
        )
        yield found
        target = qualified(table.name)
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            tuple(
                f"ALTER TABLE {target} ALTER COLUMN {quoted(name)} TYPE jsonb USING {quoted(name)}::jsonb;"
                for name in names
            ),
            risk="Rewrites the table under an ACCESS EXCLUSIVE lock. Blanks, the order of keys and doubled keys are lost for good.",
            rollback=tuple(
                f"ALTER TABLE {target} ALTER COLUMN {quoted(name)} TYPE json USING {quoted(name)}::json;"
                for name in names
            ),
            caution="A \\u0000 in a document fails the change: jsonb cannot hold it.",
        )
