"""Which columns refer to which: by a foreign key, or by their names where nobody declared one. In comes Schema.

Used by checks/schema for MySQL, where many applications declare no foreign key, and where a declared one cannot join unlike types or collations
(InnoDB refuses it).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import RelationName

_OF_EVERY_TABLE = frozenset(
    {"id", "name", "title", "type", "status", "state", "uuid", "guid", "slug", "position", "created_at"}
)
"""Names that mean something else in each table."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`here` holds values of `there`. `declared`: the foreign key's name, None where only the names say so."""

    here: Column
    there: Column
    declared: str | None = None

    @property
    def said(self) -> str:
        """How we know."""
        return f"foreign key {self.declared}" if self.declared else "the names; no foreign key is declared"


def _keys(schema: Schema) -> dict[tuple[str, str], dict[str, list[Column]]]:
    """Columns that alone are a primary or unique key, by (database, schema) and name."""
    columns = {(one.table, one.name): one for one in schema.columns}
    found: dict[tuple[str, str], dict[str, list[Column]]] = defaultdict(lambda: defaultdict(list))
    for one in schema.constraints:
        column = columns.get((one.table, one.columns[0])) if one.kind in "pu" and len(one.columns) == 1 else None
        if column is not None and column not in found[_home(one.table)][column.name]:
            found[_home(one.table)][column.name].append(column)
    return found


def _home(table: RelationName) -> tuple[str, str]:
    return table.database, table.schema


def _plurals(stem: str) -> set[str]:
    return {stem, f"{stem}s", f"{stem}es", f"{stem[:-1]}ies" if stem.endswith("y") else stem}


def _named(column: Column, keys: dict[str, list[Column]]) -> Column | None:
    """The key that a column refers to by its name: `sku` to the one table's key `sku`, `customer_id` to `customers.id`."""
    if column.name not in _OF_EVERY_TABLE:
        same = keys.get(column.name, [])
        if len(same) == 1 and same[0].table != column.table:
            return same[0]
    stem = column.name.removesuffix("_id")
    if stem == column.name:
        return None
    wanted = _plurals(stem)
    parents = [one for one in keys.get("id", []) if one.table.name in wanted and one.table != column.table]
    return parents[0] if len(parents) == 1 else None


def references(schema: Schema) -> Iterator[Reference]:
    """Declared ones first, then those that the names alone tell; a column of a declared one is not told again."""
    columns = {(one.table, one.name): one for one in schema.columns}
    declared: set[tuple[RelationName, str]] = set()
    for key in schema.constraints:
        if key.kind != "f" or key.referenced_table is None:
            continue
        for name, referenced in zip(key.columns, key.referenced_columns, strict=False):
            here, there = columns.get((key.table, name)), columns.get((key.referenced_table, referenced))
            declared.add((key.table, name))
            if here is not None and there is not None:
                yield Reference(here, there, key.name)
    keys = _keys(schema)
    for column in schema.columns:
        there = None if (column.table, column.name) in declared else _named(column, keys[_home(column.table)])
        if there is not None:
            yield Reference(column, there)
