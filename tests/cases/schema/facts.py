"""Short makers of facts for the cases of `schema`: a table with columns, and what the planner knows of one column."""

from dataclasses import replace
from typing import Any

from cases.facts import column, relation, schema, table, tables
from tunewright_analyzers.facts.columns import Column, Columns, ColumnStatistics, Constraint, Schema
from tunewright_analyzers.facts.relations import Table, Tables


def columns(name: str, **types: str) -> tuple[Column, ...]:
    """Columns of the table NAME by name and type, in order."""
    return tuple(column(name, one, kind, position=at) for at, (one, kind) in enumerate(types.items(), start=1))


def shop(*parts: Column | Constraint, of: Table | None = None) -> tuple[Schema, Tables]:
    """Schema and Tables: the parts, and the table orders (or `of`)."""
    return schema(*parts), tables(of or table())


def planner(*rows: ColumnStatistics) -> Columns:
    """The section."""
    return Columns(rows)


def known(name: str, of: str = "orders", **changes: Any) -> ColumnStatistics:
    """A column of distinct values, eight bytes wide, in no order."""
    return replace(ColumnStatistics(relation(of), name, 0.0, -1.0, 8, 0.0), **changes)
