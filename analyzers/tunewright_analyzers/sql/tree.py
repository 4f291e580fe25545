"""Walking a statement's syntax tree. In comes a redacted text; out come its tree and the parts of it. Used by names, faults and rewrites.

pglast types every attribute as optional, though the grammar fills it: nodes are Any here, as in predicates.
"""

from collections.abc import Iterator
from typing import Any

import pglast
from pglast import ast as syntax
from pglast.enums import BoolExprType
from pglast.parser import ParseError

from tunewright_analyzers.sql.generic import generic_form

ast: Any = syntax
Node = Any
_CUT = "…"


def parsed(text: str) -> Node | None:
    """The tree of one SELECT or DML statement; None where the text is cut off, does not parse, or is something else."""
    if text.endswith(_CUT):
        return None
    try:
        statements = pglast.parse_sql(generic_form(text))
    except ParseError:
        return None
    if len(statements) != 1:
        return None
    statement = statements[0].stmt
    kinds = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
    return statement if isinstance(statement, kinds) else None


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, through tuples."""
    for name in node:
        value = getattr(node, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, ast.Node):
                yield child
            elif isinstance(child, tuple):
                yield from (one for one in child if isinstance(one, ast.Node))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, from the top."""
    yield node
    for child in children(node):
        yield from walk(child)


def outside_queries(node: Node) -> Iterator[Node]:
    """The node and all below it, without what stands in a subquery; the subquery's SubLink itself is given."""
    yield node
    if isinstance(node, ast.SubLink):
        if node.testexpr is not None:
            yield from outside_queries(node.testexpr)
        return
    for child in children(node):
        if not isinstance(child, ast.SelectStmt):
            yield from outside_queries(child)


def selects(tree: Node) -> Iterator[Node]:
    """Every SELECT in the tree, itself among them."""
    return (one for one in walk(tree) if isinstance(one, ast.SelectStmt))


def conjuncts(condition: Node | None) -> Iterator[Node]:
    """The parts of a condition that are joined by AND; nothing for None."""
    if condition is None:
        return
    if isinstance(condition, ast.BoolExpr) and condition.boolop == BoolExprType.AND_EXPR:
        for part in condition.args or ():
            yield from conjuncts(part)
    else:
        yield condition


def function_name(node: Node) -> str:
    """`count` of count(*): the last part of a call's name; empty for anything else."""
    return str(node.funcname[-1].sval) if isinstance(node, ast.FuncCall) else ""


def is_value(node: Node) -> bool:
    """Whether it is a constant or a parameter, perhaps cast."""
    while isinstance(node, ast.TypeCast):
        node = node.arg
    return isinstance(node, ast.A_Const | ast.ParamRef)


def operator(node: Node) -> str:
    """`=` of a comparison; empty for anything else."""
    return str(node.name[-1].sval) if isinstance(node, ast.A_Expr) and node.name else ""
