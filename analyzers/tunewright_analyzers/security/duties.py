"""What the statements of a role do to tables: which it reads, which it writes, and whether they tell all. Called by checks/security.

In come statements of pg_stat_statements and the names of their databases. What a function or a trigger does with the role's rights is not in its
statements' texts: the checks name that as their false positive.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pglast
from pglast.enums import VariableSetKind
from pglast.parser import ParseError

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.statements import Statement
from tunewright_analyzers.sql.generic import generic_form
from tunewright_analyzers.sql.names import Names, common_tables
from tunewright_analyzers.sql.tree import Node, ast, function_name, walk

_CUT = "…"
_DML = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_HOLDS_A_QUERY = (ast.DeclareCursorStmt, ast.ExplainStmt, ast.PrepareStmt)
_HARMLESS = (
    *(
        ast.TransactionStmt,
        ast.VariableShowStmt,
        ast.DeallocateStmt,
        ast.DiscardStmt,
        ast.FetchStmt,
        ast.ClosePortalStmt,
    ),
    *(ast.ListenStmt, ast.UnlistenStmt, ast.NotifyStmt, ast.ExecuteStmt, ast.ConstraintsSetStmt),
)
"""Anybody may run them."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One statement: (schema or None, name) of what it reads and writes. `others`: what it is beside a query, in a word (`CREATE`, `SET x`)."""

    reads: frozenset[tuple[str | None, str]] = frozenset()
    writes: frozenset[tuple[str | None, str]] = frozenset()
    functions: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    uses_files: bool = False
    is_other: bool = False
    """DDL, DO, CALL and the like: what they need is not judged."""
    is_known: bool = True


@dataclass(slots=True)
class Duties:
    """Of one role. `unknown`: why its statements do not tell all; None where they do."""

    statements: int = 0
    reads: set[RelationName] = field(default_factory=set)
    writes: set[RelationName] = field(default_factory=set)
    catalogues: set[str] = field(default_factory=set)
    """Relations pg_… that it reads."""
    functions: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    uses_files: bool = False
    others: int = 0
    unknown: str | None = None

    @property
    def touched(self) -> frozenset[RelationName]:
        """All tables that it reads or writes."""
        return frozenset(self.reads | self.writes)


def _relation(node: Any) -> tuple[str | None, str]:
    return (node.schemaname, node.relname)


def _of_query(tree: Node) -> Deed:
    ctes = common_tables(tree)
    named = [one for one in walk(tree) if isinstance(one, ast.RangeVar)]
    tables = frozenset(_relation(one) for one in named if one.schemaname is not None or one.relname not in ctes)
    writes = {_relation(one.relation) for one in walk(tree) if isinstance(one, _WRITES)}
    if any(isinstance(one, ast.LockingClause) for one in walk(tree)):
        writes |= tables  # FOR UPDATE asks for the right to write
    if any(isinstance(one, ast.IntoClause) for one in walk(tree)):
        return Deed(tables, frozenset(writes), is_other=True)
    functions = frozenset(function_name(one) for one in walk(tree) if isinstance(one, ast.FuncCall))
    return Deed(tables - writes, frozenset(writes), functions)


def _of_copy(tree: Node) -> Deed:
    own = frozenset({_relation(tree.relation)}) if tree.relation is not None else frozenset()
    inner = _of_query(tree.query) if tree.query is not None else Deed()
    uses_files = tree.filename is not None
    if tree.is_from:
        return Deed(inner.reads, inner.writes | own, inner.functions, uses_files=uses_files)
    return Deed(inner.reads | own, inner.writes, inner.functions, uses_files=uses_files)


@lru_cache(maxsize=4096)
def deed_of(text: str) -> Deed:
    """What one redacted statement does; not known where its text is cut off or does not parse."""
    if text.endswith(_CUT):
        return Deed(is_known=False)
    try:
        parsed = pglast.parse_sql(generic_form(text))
    except ParseError:
        return Deed(is_known=False)
    if len(parsed) != 1:
        return Deed(is_known=False)
    tree: Any = parsed[0].stmt
    if isinstance(tree, _HOLDS_A_QUERY):
        tree = tree.query
    if isinstance(tree, _DML):
        return _of_query(tree)
    if isinstance(tree, ast.CopyStmt):
        return _of_copy(tree)
    if isinstance(tree, ast.TruncateStmt | ast.LockStmt):
        return Deed(writes=frozenset(_relation(one) for one in tree.relations))
    if isinstance(tree, ast.VariableSetStmt):
        is_reset = tree.kind in {
            VariableSetKind.VAR_RESET,
            VariableSetKind.VAR_RESET_ALL,
            VariableSetKind.VAR_SET_DEFAULT,
        }
        return Deed(sets=frozenset() if is_reset else frozenset({tree.name or ""}))
    return Deed(is_other=not isinstance(tree, _HARMLESS))


def duties_of(rows: Iterable[Statement], names: Mapping[str, Names]) -> Duties:
    """What these statements, of one role, do. A table that is written and cannot be found makes them unknown; one that is read may be a view."""
    duties = Duties()
    for row in rows:
        duties.statements += 1
        deed = deed_of(row.text) if row.text is not None and not row.text_cut else Deed(is_known=False)
        if not deed.is_known:
            duties.unknown = f"the text of statement {row.id} is not whole or does not parse"
            continue
        known = names.get(row.key.database)
        for schema, name in deed.reads | deed.writes:
            table = known.catalogue.find(schema, name) if known is not None else None
            is_written = (schema, name) in deed.writes
            if table is not None:
                (duties.writes if is_written else duties.reads).add(table)
            elif is_written:
                duties.unknown = f"statement {row.id} writes to a relation that was not found"
            elif name.startswith("pg_") or schema in {"pg_catalog", "information_schema"}:
                duties.catalogues.add(name)
        duties.functions |= deed.functions
        duties.sets |= deed.sets
        duties.uses_files |= deed.uses_files
        duties.others += deed.is_other
    return duties


def members(role: str, member_of: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The role and all roles that are members of it, over any number of steps."""
    found, waiting = {role}, [role]
    while waiting:
        group = waiting.pop()
        yield group
        for name, groups in member_of.items():
            if group in groups and name not in found:
                found.add(name)
                waiting.append(name)
