"""`schema/foreign_key_type_mismatch`: reads Schema; says which foreign keys join columns of unlike types."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified, quoted

_WIDTH = {"smallint": 2, "integer": 4, "bigint": 8}


def _pairs(key: Constraint, types: dict[tuple[RelationName, str], Column]) -> Iterator[tuple[Column, Column]]:
    for name, referenced in zip(key.columns, key.referenced_columns, strict=False):
        here = types.get((key.table, name))
        there = types.get((key.referenced_table, referenced)) if key.referenced_table else None
        if here is not None and there is not None and here.base_type != there.base_type:
            yield here, there


@check(needs=(Schema,), engines=POSTGRESQL)
def foreign_key_type_mismatch(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Foreign keys whose column has another type than the column it refers to.

    Risk: joins convert one side; where the types are of unlike families (numeric and bigint, text and varchar with collations) the index
        on that side cannot be used; a narrower column overflows before the key does.
    Evidence: the two columns' types in the catalogue.
    Remedy: give the referring column the referred column's type.
    False positives: varchar against text compare alike; they are not reported.
    """
    schema = context.window.need(Schema)
    types = {(column.table, column.name): column for column in schema.columns}
    for key in schema.constraints:
        if key.kind != "f":
            continue
        for here, there in _pairs(key, types):
            if {here.base_type, there.base_type} <= {"text", "character varying"}:
                continue
            narrow = _WIDTH.get(here.base_type, 0) < _WIDTH.get(there.base_type, 0) and here.base_type in _WIDTH
            alike = here.base_type in _WIDTH and there.base_type in _WIDTH
            found = context.finding(
                Subject("column", f"{key.table}.{here.name}", key.table.database),
                Severity.MEDIUM if narrow or not alike else Severity.LOW,
                f"Foreign key {key.name}: {key.table}.{here.name} is {here.type}, {key.referenced_table}.{there.name} is {there.type}.",
                Evidence("type here", here.type, "", "pg_attribute"),
                Evidence("type there", there.type, "", "pg_attribute"),
                Evidence("constraint", key.name, "", "pg_constraint"),
            )
            yield found
            table = qualified(key.table)
            yield context.recommendation(
                found,
                Action.ALTER_TABLE,
                (
                    f"ALTER TABLE {table} ALTER COLUMN {quoted(here.name)} TYPE {there.type} USING {quoted(here.name)}::{there.type};",
                ),
                risk="Rewrites the table under an ACCESS EXCLUSIVE lock: nobody reads or writes it meanwhile.",
                rollback=(
                    f"ALTER TABLE {table} ALTER COLUMN {quoted(here.name)} TYPE {here.type} USING {quoted(here.name)}::{here.type};",
                ),
            )
