"""Which column of which table a name in a statement means, with what the catalogue says of it: type, nulls, keys.

In comes the Schema of one database; called by the query checks, by faults and rewrites. What cannot be told for certain is None.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pglast.enums import JoinType

from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.tree import Node, ast, walk


@dataclass(frozen=True, slots=True)
class Item:
    """One FROM item: its alias, and its table, or None for a subquery, CTE, function or view. `optional`: an outer join may fill it with NULLs."""

    alias: str
    table: RelationName | None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A column reference understood. `depth` 0: of the innermost query, 1: of the one around it, …"""

    item: Item
    column: Column
    depth: int


Scopes = Sequence[tuple[Item, ...]]
"""FROM items by query, innermost first."""


@dataclass(slots=True)
class Names:
    """The relations of one database."""

    catalogue: Catalogue
    columns: dict[tuple[RelationName, str], Column] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()

    @classmethod
    def of(cls, schema: Schema, database: str) -> "Names":
        """The names of one database of a Schema section."""
        columns = {(one.table, one.name): one for one in schema.columns if one.table.database == database}
        constraints = tuple(one for one in schema.constraints if one.table.database == database)
        return cls(Catalogue.of(schema, database), columns, constraints)

    def primary_key(self, table: RelationName) -> frozenset[str]:
        """Its columns; empty where there is none, or one that is only checked at the end of a transaction."""
        keys = (one for one in self.constraints if one.table == table and one.kind == "p" and not one.is_deferrable)
        return frozenset(next((one.columns for one in keys), ()))

    def never_null(self, resolved: Resolved) -> bool:
        """Whether no row can have a NULL there: declared so, valid for old rows too (18 allows NOT VALID), not filled by an outer join."""
        column = resolved.column
        doubtful = any(
            one.kind == "n" and not one.is_valid and one.table == column.table and column.name in one.columns
            for one in self.constraints
        )
        return column.not_null and not doubtful and not resolved.item.optional

    def items(self, query: Node, ctes: frozenset[str]) -> tuple[Item, ...]:
        """The FROM items of a SELECT."""
        found: list[Item] = []
        for one in query.fromClause or ():
            found += self._item(one, ctes, optional=False)
        return tuple(found)

    def _item(self, node: Node, ctes: frozenset[str], *, optional: bool) -> Iterator[Item]:
        if isinstance(node, ast.JoinExpr):
            left = optional or node.jointype in {JoinType.JOIN_RIGHT, JoinType.JOIN_FULL}
            right = optional or node.jointype in {JoinType.JOIN_LEFT, JoinType.JOIN_FULL}
            yield from self._item(node.larg, ctes, optional=left)
            yield from self._item(node.rarg, ctes, optional=right)
        elif isinstance(node, ast.RangeVar):
            is_cte = node.schemaname is None and node.relname in ctes
            table = None if is_cte else self.catalogue.find(node.schemaname, node.relname)
            renamed = node.alias is not None and node.alias.colnames
            yield Item(node.alias.aliasname if node.alias else node.relname, None if renamed else table, optional)
        else:
            alias = getattr(node, "alias", None)
            yield Item(alias.aliasname if alias else "", None, optional)

    def resolve(self, reference: Node, scopes: Scopes) -> Resolved | None:
        """What a ColumnRef means; None for `*`, a whole row, an output alias or anything that is not certain."""
        parts = [part.sval for part in reference.fields if isinstance(part, ast.String)]
        if len(parts) != len(reference.fields) or not 1 <= len(parts) <= 2:
            return None
        for depth, items in enumerate(scopes):
            if len(parts) == 2:
                item = next((one for one in items if one.alias == parts[0]), None)
                if item is not None:
                    return self._column(item, parts[1], depth)
                continue
            if any(item.table is None for item in items):
                return None
            holders = [one for item in items if (one := self._column(item, parts[0], depth)) is not None]
            if holders:
                return holders[0] if len(holders) == 1 else None
        return None

    def _column(self, item: Item, name: str, depth: int) -> Resolved | None:
        column = self.columns.get((item.table, name)) if item.table is not None else None
        return Resolved(item, column, depth) if column is not None else None

    def references(self, node: Node, scopes: Scopes) -> tuple[Resolved, ...] | None:
        """All columns that an expression names, subqueries among it; None where one of them is not certain."""
        found = []
        for one in walk(node):
            if isinstance(one, ast.SelectStmt):
                return None
            if isinstance(one, ast.ColumnRef):
                resolved = self.resolve(one, scopes)
                if resolved is None:
                    return None
                found.append(resolved)
        return tuple(found)


def common_tables(tree: Any) -> frozenset[str]:
    """Names that WITH gives to queries, anywhere in the statement."""
    return frozenset(one.ctename for one in walk(tree) if isinstance(one, ast.CommonTableExpr))
