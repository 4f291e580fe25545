"""Small questions about syntax trees: children, whether an expression is the same at every call, its text without qualifiers.

In come nodes of pglast, out come nodes and texts. Called by predicates.py.
"""

from collections.abc import Iterator
from typing import Any

import pglast
from pglast import ast as syntax
from pglast.enums import BoolExprType
from pglast.parser import ParseError
from pglast.stream import RawStream

Node = Any
"""A node of the syntax tree. pglast types every attribute as optional, though the grammar fills it: checking those would say nothing."""
ast: Any = syntax
_UNSTABLE = frozenset(
    {"random", "now", "clock_timestamp", "statement_timestamp", "timeofday", "nextval", "currval", "gen_random_uuid"}
)
"""Functions that no index may hold; any other that is not immutable is refused by the server when the index is made."""


def nodes(node: Node) -> Iterator[Node]:
    """The children of a node, through tuples."""
    for name in node:
        value = getattr(node, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, ast.Node):
                yield child
            elif isinstance(child, tuple):
                yield from (one for one in child if isinstance(one, ast.Node))


QUERIES = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


def factored(node: Node) -> tuple[list[Any], list[Any]]:
    """(conditions that stand in every arm of an OR, the arms without them)."""
    arms = [conjuncts(one) for one in node.args]
    texts = [{str(RawStream()(part)): part for part in arm} for arm in arms]
    common = [text for text in texts[0] if all(text in other for other in texts[1:])]
    rest = [part for known in texts for text, part in known.items() if text not in common]
    return [texts[0][text] for text in common], rest


def conjuncts(node: Node) -> list[Any]:
    """The parts of a condition that are joined by AND."""
    if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
        return [part for one in node.args for part in conjuncts(one)]
    return [node]


def calls(node: Node) -> Iterator[Any]:
    """Function calls below a node, subqueries left out."""
    if isinstance(node, ast.FuncCall):
        yield node
    if not isinstance(node, QUERIES):
        for child in nodes(node):
            yield from calls(child)


def is_fixed(node: Node, literal_free: bool = False) -> bool:
    """Whether an expression is the same at every call: no parameter, no subquery, no placeholder; with `literal_free` no constant either."""
    if isinstance(node, ast.ParamRef | ast.SubLink | ast.SQLValueFunction):
        return False
    if isinstance(node, ast.FuncCall) and node.funcname[-1].sval in _UNSTABLE:
        return False
    if isinstance(node, ast.A_Const) and literal_free and not node.isnull:
        return False
    return all(is_fixed(child, literal_free) for child in nodes(node))


def _strip(node: Node) -> Any:
    """The node with every column reference cut to its column: a copy, the tree is shared."""
    if isinstance(node, ast.ColumnRef):
        return ast.ColumnRef(fields=(node.fields[-1],))
    if not isinstance(node, ast.Node):
        return tuple(_strip(one) for one in node) if isinstance(node, tuple) else node
    values = {name: _strip(getattr(node, name)) for name in node}
    return type(node)(**{name: value for name, value in values.items() if value is not None})


def unqualified(node: Node) -> str:
    """The expression as SQL, its columns without their tables."""
    return str(RawStream()(_strip(node)))


def has_literal(expression: str) -> bool:
    """Whether an expression holds a constant other than NULL. True where it cannot be parsed."""
    try:
        statement: Any = pglast.parse_sql(f"SELECT {expression}")[0].stmt
    except ParseError:
        return True
    return not is_fixed(statement.targetList[0].val, literal_free=True)
