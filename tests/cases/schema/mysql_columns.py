"""Makers of MySQL's schema: columns, keys, foreign keys of the database shop."""

from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.relations import RelationName


def _table(name: str) -> RelationName:
    return RelationName("shop", "shop", name)


def column(table: str, name: str, type_: str = "int", collation: str | None = None) -> Column:
    """A column that may not be null."""
    return Column(_table(table), name, 1, type_, type_.split("(")[0].split(" ")[0], True, collation=collation)


def key(table: str, *names: str) -> Constraint:
    """A primary key."""
    return Constraint("PRIMARY", _table(table), "p", names)


def foreign(table: str, name: str, to: str, referenced: str) -> Constraint:
    """A declared foreign key."""
    return Constraint(f"fk_{name}", _table(table), "f", (name,), _table(to), (referenced,))


def schema(*parts: Column | Constraint) -> Schema:
    """The section."""
    return Schema(
        tuple(one for one in parts if isinstance(one, Column)),
        tuple(one for one in parts if isinstance(one, Constraint)),
    )
