"""`schema/charset_utf8mb3`: reads Schema; says which tables keep text in the three-byte form of UTF-8."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which databases count."""

    columns_min: float = threshold(1, "count", "Columns of a database from which it is reported.")


@check(needs=(Schema,), thresholds=Thresholds, engines=MYSQL_FAMILY)
def charset_utf8mb3(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Text columns in utf8mb3, which holds no character beyond the first 65,536.

    Risk: an emoji or a rarer Han character is refused, or cut off with what follows it; a join with a utf8mb4 column converts each row and
        cannot use the index of one side; MySQL has announced its end.
    Evidence: information_schema.columns.collation_name, by database and table.
    Remedy: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4, both sides of a join together; look first at indexes near 767 or 3,072 bytes.
    False positives: columns that hold only codes; they still make joins with others convert.
    """
    by_database: dict[str, Counter[RelationName]] = {}
    for column in context.window.need(Schema).columns:
        if (column.collation or "").startswith(("utf8_", "utf8mb3_")):
            by_database.setdefault(column.table.database, Counter())[column.table] += 1
    for database, tables in sorted(by_database.items()):
        columns = sum(tables.values())
        if columns < context.thresholds.columns_min:
            continue
        most, count = tables.most_common(1)[0]
        yield context.finding(
            Subject("database", database),
            Severity.LOW,
            f"{columns} text columns in {len(tables)} tables of {database} are utf8mb3, most of them in {most} ({count}).",
            Evidence("columns", columns, "count", "information_schema.columns"),
            Evidence("tables", len(tables), "count", "information_schema.columns"),
            Evidence("most in", str(most), "", "information_schema.columns"),
        )
