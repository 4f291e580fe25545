"""What a statement names: every word of it that the server could look up as a relation, a type, a function or an operator.

In comes a text, out go its mended form and its names; pure. Used by guard.py, which asks the catalogue about each name, whatever part it
plays in the statement: `t.f` calls f(t) where t has no column f, `d('x')` casts to a domain d, and `json_value(…)` is grammar for our
parser (PostgreSQL 17's) and a function of the user's for an older server. So the names come from the parsed tree *and* from the tokens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pglast
from pglast import ast
from pglast.parser import ParseError, scan

from tunewright_analyzers.sql.generic import generic_form

LONGEST = 100_000
"""Characters of a statement that the guard takes on."""
_EXPLAINED = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
"""Operators that the server looks up by name for what does not write them: IN, BETWEEN, USING, NATURAL, CASE, NULLIF, DISTINCT FROM."""


class Refused(Exception):
    """The statement is not given to EXPLAIN on the live server. `because` is one line without a literal of the statement's."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True, slots=True)
class Named:
    """One statement that EXPLAIN may take as far as its text goes. `names` hold operators too; `called` those that could be calls."""

    text: str
    names: frozenset[str]
    called: frozenset[str]
    writes: bool


def named(text: str) -> Named:
    """The names in `text`. Raises Refused unless it is exactly one SELECT, INSERT, UPDATE, DELETE or MERGE."""
    mended = generic_form(text).strip().rstrip(";").rstrip()
    if len(mended) > LONGEST:
        raise Refused(f"the statement is longer than {LONGEST} characters")
    if ";" in mended:
        # Whatever our lexer makes of it, an older one or other settings may see a second statement behind it.
        raise Refused("the text holds a semicolon within: it could be more than one statement")
    if "\0" in mended:
        raise Refused("the text holds a NUL character")
    try:
        parsed = pglast.parse_sql(mended)
        tokens = [(token, mended[token.start : token.end + 1]) for token in scan(mended)]
    except (ParseError, RecursionError, ValueError):
        # Without its context: the parser's message quotes the text.
        raise Refused("the statement does not parse (cut off, or not normalised)") from None
    if len(parsed) != 1 or not isinstance(parsed[0].stmt, _EXPLAINED):
        raise Refused("only a single SELECT, INSERT, UPDATE, DELETE or MERGE can be explained")
    if any(token.name == "C_COMMENT" and word.startswith("/*+") for token, word in tokens):
        raise Refused("a planner hint in a comment may change settings")
    names, called = set(_COMPARISONS), set[str]()
    for node in _nodes(parsed[0].stmt):
        if isinstance(node, ast.IntoClause):
            raise Refused("SELECT INTO makes a table")
        names.update(_words(node))
        called.update(_calls(node))
    words = [(token, word) for token, word in tokens if token.name not in {"C_COMMENT", "SQL_COMMENT"}]
    for (token, word), following in zip(words, [*(word for _, word in words[1:]), ""], strict=True):
        if token.kind not in {"NO_KEYWORD", "RESERVED_KEYWORD"}:
            names.add(word.lower())
            called.update({word.lower()} if following == "(" else ())
    return Named(mended, _folded(names), _folded(called), not isinstance(parsed[0].stmt, ast.SelectStmt))


def _folded(names: set[str]) -> frozenset[str]:
    """With the lower case of each: a server with a single-byte encoding folds É too, our parser does not."""
    return frozenset(names | {name.lower() for name in names})


def _nodes(root: ast.Node) -> Iterator[ast.Node]:
    """Every node of the tree except the constants, whose values are literals."""
    waiting: list[Any] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple | list):
            waiting.extend(one)
        elif isinstance(one, ast.Node) and not isinstance(one, ast.A_Const):
            yield one
            waiting.extend(getattr(one, attribute) for attribute in one)


def _words(node: ast.Node) -> Iterator[str]:
    """Every name that stands in the node itself. NUL is how the parser writes a flag (a column's storage) that is not set."""
    return (value for attribute in node if isinstance(value := getattr(node, attribute), str) and value != "\0")


def _calls(node: ast.Node) -> Iterator[str]:
    """Names that the server may take for a function: called, or in the place of a field (`row.name` calls name(row))."""
    parts: tuple[Any, ...] = ()
    if isinstance(node, ast.FuncCall):
        parts = (node.funcname or ())[-1:]
    elif isinstance(node, ast.ColumnRef):
        parts = (node.fields or ())[1:]
    elif isinstance(node, ast.A_Indirection):
        parts = node.indirection or ()
    return (part.sval for part in parts if isinstance(part, ast.String) and part.sval is not None)
