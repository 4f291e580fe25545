"""`schema/mixed_collations`: reads Schema; says which columns are compared with columns of another collation."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.finding import Evidence, Severity, Subject

_DEFAULT = "default"


@check(needs=(Schema,), engines=POSTGRESQL)
def mixed_collations(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Foreign keys whose text column has another collation than the column it refers to.

    Risk: a join over the two fails with 'could not determine which collation to use' unless it says COLLATE, and with one collation
        written out the index of the other side is not used; sorted output differs between the two tables.
    Evidence: pg_attribute.attcollation of both columns.
    Remedy: give the referring column the referred column's collation.
    False positives: none for joins; two collations that happen to sort alike (C and POSIX) are not told apart.
    """
    schema = context.window.need(Schema)
    columns = {(one.table, one.name): one for one in schema.columns}

    def found(here: Column, there: Column, name: str) -> Verdict:
        return context.finding(
            Subject("column", f"{here.table}.{here.name}", here.table.database),
            Severity.LOW,
            f"Foreign key {name}: {here.table}.{here.name} has the collation {here.collation or _DEFAULT}, "
            f"{there.table}.{there.name} has {there.collation or _DEFAULT}.",
            Evidence("collation here", here.collation or _DEFAULT, "", "pg_attribute.attcollation"),
            Evidence("collation there", there.collation or _DEFAULT, "", "pg_attribute.attcollation"),
        )

    told: set[tuple[object, str]] = set()
    for key in schema.constraints:
        if key.kind != "f" or key.referenced_table is None:
            continue
        for name, referenced in zip(key.columns, key.referenced_columns, strict=False):
            here, there = columns.get((key.table, name)), columns.get((key.referenced_table, referenced))
            if here is None or there is None or here.collation == there.collation or (key.table, name) in told:
                continue
            if {here.collation, there.collation} != {"C", "POSIX"}:
                told.add((key.table, name))
                yield found(here, there, key.name)
