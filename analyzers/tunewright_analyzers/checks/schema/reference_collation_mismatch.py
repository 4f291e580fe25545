"""`schema/reference_collation_mismatch`: reads Schema; says which text columns refer to a key of another collation."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.references import references

_SOURCE = "information_schema.columns"


def _modern(collation: str) -> str:
    """`utf8_bin` and `utf8mb3_bin` are one collation under two names."""
    return collation.replace("utf8_", "utf8mb3_", 1) if collation.startswith("utf8_") else collation


@check(needs=(Schema,), engines=MYSQL_FAMILY)
def reference_collation_mismatch(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Text columns whose collation differs from that of the key that they refer to.

    Risk: a join converts one side row by row and cannot use its index; between two collations of one character set it fails with
        `Illegal mix of collations`; what is equal on one side (a = A) may differ on the other.
    Evidence: information_schema.columns.collation_name of both; a foreign key, or the names (`sku` to the one key `sku`, `customer_id` to
        `customers.id`).
    Remedy: ALTER TABLE … CONVERT TO CHARACTER SET … COLLATE …, both sides of a join together.
    False positives: columns of one name that are never joined. A declared foreign key cannot differ: InnoDB refuses it.
    """
    for one in references(context.window.need(Schema)):
        here, there = one.here.collation, one.there.collation
        if here is None or there is None or _modern(here) == _modern(there):
            continue
        sets_differ = here.partition("_")[0] != there.partition("_")[0]
        yield context.finding(
            Subject("column", f"{one.here.table}.{one.here.name}", one.here.table.database),
            Severity.MEDIUM if sets_differ else Severity.LOW,
            f"{one.here.table}.{one.here.name} has the collation {here}, {one.there.table}.{one.there.name} that it refers to has {there}.",
            Evidence("collation here", here, "", _SOURCE),
            Evidence("collation there", there, "", _SOURCE),
            Evidence("refers by", one.said, "", "information_schema.key_column_usage"),
        )
