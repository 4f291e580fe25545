"""`schema/reference_type_mismatch`: reads Schema; says which columns refer to a key of an unlike type."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.references import references

_SOURCE = "information_schema.columns"
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_TEXT = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
_BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})


def _family(column: Column) -> str:
    kind = column.base_type
    if kind in _BITS or kind == "decimal":
        return "number"
    return "text" if kind in _TEXT else "binary" if kind in _BINARY else kind


def _most(column: Column) -> int | None:
    """The greatest value of an integer column."""
    bits = _BITS.get(column.base_type)
    return None if bits is None else 2**bits - 1 if "unsigned" in column.type else 2 ** (bits - 1) - 1


def _fault(here: Column, there: Column) -> tuple[Severity, str] | None:
    if _family(here) != _family(there):
        return Severity.MEDIUM, "a join converts each row and cannot use the index of the text side"
    mine, theirs = _most(here), _most(there)
    if mine is None or theirs is None or mine == theirs:
        return None
    if mine < theirs:
        return Severity.MEDIUM, f"it ends at {mine:,}, the key at {theirs:,}"
    return Severity.LOW, "no foreign key can be declared between them"


@check(needs=(Schema,), engines=MYSQL_FAMILY)
def reference_type_mismatch(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Columns whose type is unlike that of the key that they refer to.

    Risk: text compared with a number is converted row by row, and the index on the text is of no use; a narrower integer overflows before
        the key does; InnoDB declares no foreign key between unlike integers, so that nothing guards the reference.
    Evidence: information_schema.columns.column_type of both; a foreign key, or the names (`sku` to the one key `sku`, `customer_id` to
        `customers.id`).
    Remedy: ALTER TABLE … MODIFY the column to the key's type (state NOT NULL, default and comment again), then declare the foreign key.
    False positives: a column of that name that means something else; ids of another system kept as text on purpose.
    """
    for one in references(context.window.need(Schema)):
        fault = _fault(one.here, one.there)
        if fault is None:
            continue
        severity, why = fault
        yield context.finding(
            Subject("column", f"{one.here.table}.{one.here.name}", one.here.table.database),
            severity,
            f"{one.here.table}.{one.here.name} is {one.here.type}, {one.there.table}.{one.there.name} that it refers to is {one.there.type}: {why}.",
            Evidence("type here", one.here.type, "", _SOURCE),
            Evidence("type there", one.there.type, "", _SOURCE),
            Evidence("refers by", one.said, "", "information_schema.key_column_usage"),
        )
