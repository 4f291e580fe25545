"""Whether a recommended index change was made: read from the catalogue, never claimed. Called by the agent's ledger."""

from collections.abc import Iterator

import pglast
from pglast import ast
from pglast.enums import ObjectType
from pglast.parser import ParseError

from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.recommendation import Action, Recommendation


def _parsed(statements: tuple[str, ...]) -> Iterator[ast.Node]:
    for text in statements:
        try:
            yield from (one.stmt for one in pglast.parse_sql(text) if one.stmt is not None)
        except ParseError:
            continue


def _created(statements: tuple[str, ...]) -> set[tuple[str, str]]:
    """(schema, name) of every index that the statements create."""
    return {
        (one.relation.schemaname or "public", one.idxname)
        for one in _parsed(statements)
        if isinstance(one, ast.IndexStmt) and one.idxname and one.relation is not None
    }


def _dropped(statements: tuple[str, ...]) -> set[tuple[str, str]]:
    found = set()
    for one in _parsed(statements):
        if isinstance(one, ast.DropStmt) and one.removeType == ObjectType.OBJECT_INDEX:
            for name in one.objects or ():
                parts = [part.sval for part in name]
                found.add((parts[-2] if len(parts) > 1 else "public", parts[-1]))
    return found


def _canonical(index: Index) -> str:
    return str(HypotheticalIndex(index.table, index.keys, index.included, index.predicate, index.method))


def is_applied(one: Recommendation, window: Window) -> bool:
    """Whether the catalogue shows the index created (under any name) or dropped. False for other actions, and where it was not read."""
    indexes = window.latest.section(Indexes)
    if indexes is None or one.subject.database not in indexes.databases:
        return False
    here = [row for row in indexes.rows if row.name.database == one.subject.database]
    if one.action is Action.CREATE_INDEX:
        wanted = _created(one.statements)
        names = {(row.name.schema, row.name.name) for row in here if row.is_valid}
        return (bool(wanted) and wanted <= names) or one.subject.name in {
            _canonical(row) for row in here if row.is_valid
        }
    if one.action is Action.DROP_INDEX:
        gone = _dropped(one.statements)
        return bool(gone) and not gone & {(row.name.schema, row.name.name) for row in here}
    return False
