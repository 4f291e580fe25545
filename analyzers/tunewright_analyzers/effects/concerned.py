"""Which statements a change concerns: those that name its table; a setting of the server concerns them all. Pure."""

from functools import lru_cache
from typing import Any

import pglast
import sqlglot
from pglast import ast
from pglast.parser import ParseError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.trees import nodes

_LONGEST_TEXT = 100_000
Relation = tuple[str | None, str]
"""(schema as written, name)."""


def _below(node: Any) -> set[Relation]:
    found: set[Relation] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.RangeVar) and one.relname:
            found.add((one.schemaname, one.relname))
        waiting += nodes(one)
    return found


@lru_cache(maxsize=20_000)
def relations(text: str) -> frozenset[Relation]:
    """Relations that a normalised statement names; none where it cannot be read."""
    if len(text) > _LONGEST_TEXT:
        return frozenset()
    try:
        return frozenset(one for each in pglast.parse_sql(text) if each.stmt is not None for one in _below(each.stmt))
    except ParseError:
        pass
    try:
        parsed = sqlglot.parse(text, dialect="mysql")
    except (SqlglotError, RecursionError):
        return frozenset()
    tables = (table for one in parsed if one is not None for table in one.find_all(exp.Table))
    return frozenset((table.db or None, table.name) for table in tables)


def names(text: str, table: RelationName) -> bool:
    """Whether the statement names the table; without a schema in the text its name alone decides."""
    return any(name == table.name and schema in {None, table.schema} for schema, name in relations(text))
