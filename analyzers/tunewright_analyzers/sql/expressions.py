"""Expressions as EXPLAIN prints them, of every engine, parsed: which columns they name, and which of them stand inside a function or a cast."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pglast
from pglast import ast
from pglast.parser import ParseError
from pglast.stream import RawStream
from pglast.visitors import Visitor

from tunewright_analyzers.sql.mysql.expressions import portable

# Casts that the planner sees through: the index on the column can still be used.
_HARMLESS = frozenset({"text", "varchar", "bpchar", "character varying"})


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A column inside a function or cast that is compared with a value: `lower(email)`, `(id)::numeric`."""

    column: str
    expression: str
    function: str | None
    """The function's name; None for a cast."""


class _Columns(Visitor):
    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_ColumnRef(self, _ancestors: Any, node: Any) -> None:  # noqa: N802  # pglast's protocol
        last = node.fields[-1]
        if isinstance(last, ast.String):
            self.names.append(str(last.sval))


class _Bare(Visitor):
    """Takes the table's name off every column: EXPLAIN VERBOSE prints `lower(customers.email)`, an index says `lower(email)`."""

    def visit_ColumnRef(self, _ancestors: Any, node: Any) -> None:  # noqa: N802  # pglast's protocol
        node.fields = (node.fields[-1],)


def _parsed(expression: str) -> Any:
    """The expression's tree, or None where it is not plain SQL (`hashed SubPlan 1`, `(never)`)."""
    try:
        statement: Any = pglast.parse_sql(f"SELECT {portable(expression).replace('?', 'NULL')}")
        return statement[0].stmt.targetList[0].val
    except (ParseError, AttributeError, IndexError, TypeError):
        return None


def columns_of(expression: str | None) -> tuple[str, ...]:
    """Names of the columns in an expression, without their tables, in order and once each. Empty where it cannot be parsed."""
    tree = _parsed(expression) if expression else None
    if tree is None:
        return ()
    visitor = _Columns()
    visitor(tree)
    return tuple(dict.fromkeys(visitor.names))


def conjuncts(tree: Any) -> Iterator[Any]:
    """The parts of a tree that are joined by AND."""
    if isinstance(tree, ast.BoolExpr) and tree.boolop == pglast.enums.BoolExprType.AND_EXPR:
        for part in tree.args or ():
            yield from conjuncts(part)
    else:
        yield tree


def and_columns(expression: str | None) -> tuple[str, ...]:
    """Columns of an expression that is an AND of simple comparisons: those whose correlation makes its estimate wrong."""
    tree = _parsed(expression) if expression else None
    names: list[str] = []
    for part in conjuncts(tree) if tree is not None else ():
        visitor = _Columns()
        visitor(part)
        if isinstance(part, ast.A_Expr | ast.NullTest) and len(set(visitor.names)) == 1:
            names.append(visitor.names[0])
    return tuple(dict.fromkeys(names))


def _printed(tree: Any) -> str:
    _Bare()(tree)
    return str(RawStream()(tree))


def plain(expression: str) -> str:
    """An expression in one way of writing, so that two can be compared; as it was where it cannot be parsed."""
    tree = _parsed(expression)
    return expression if tree is None else _printed(tree)


def _type_name(cast: Any) -> str:
    return str(cast.typeName.names[-1].sval)


def _function_name(call: Any) -> str:
    return str(call.funcname[-1].sval)


def _wrapped(side: Any) -> Wrapped | None:
    visitor = _Columns()
    visitor(side)
    if len(set(visitor.names)) != 1:
        return None
    inner = side
    while isinstance(inner, ast.TypeCast) and _type_name(inner) in _HARMLESS:
        inner = inner.arg
    if isinstance(inner, ast.FuncCall):
        return Wrapped(visitor.names[0], _printed(inner), _function_name(inner))
    if isinstance(inner, ast.TypeCast):
        return Wrapped(visitor.names[0], _printed(inner), None)
    return None


def wrapped_columns(expression: str | None) -> tuple[Wrapped, ...]:
    """Columns that are compared inside a function or a cast, so that an index on the bare column does not serve."""
    tree = _parsed(expression) if expression else None
    found: list[Wrapped] = []
    for part in conjuncts(tree) if tree is not None else ():
        if isinstance(part, ast.A_Expr):
            for side in (part.lexpr, part.rexpr):
                one = _wrapped(side) if side is not None and not isinstance(side, tuple) else None
                if one is not None:
                    found.append(one)
    return tuple(dict.fromkeys(found))
