"""Which parts of a predicate the planner can judge from statistics, and which it merely guesses.

In comes the text of a partial index's predicate, out comes the text of its judged parts. Called by the choice of indexes: the size of a
partial index is taken as if the guessed parts held for every row, because a budget must not rest on a guess (PostgreSQL takes a third
for a comparison of two columns, and half a percent for an equality with an expression, whatever the rows are like).
"""

from collections.abc import Iterator
from functools import lru_cache

import pglast
from pglast.enums import A_Expr_Kind
from pglast.parser import ParseError
from pglast.stream import RawStream

from tunewright_analyzers.sql.trees import Node, ast, conjuncts, nodes

_COMPARED = frozenset(
    {
        A_Expr_Kind.AEXPR_OP,
        A_Expr_Kind.AEXPR_IN,
        A_Expr_Kind.AEXPR_OP_ANY,
        A_Expr_Kind.AEXPR_BETWEEN,
        A_Expr_Kind.AEXPR_LIKE,
    }
)
_OPERATORS = frozenset({"=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "BETWEEN"})


def _has_column(node: Node) -> bool:
    if isinstance(node, tuple):
        return any(_has_column(one) for one in node)
    if isinstance(node, ast.ColumnRef):
        return True
    return isinstance(node, ast.Node) and any(_has_column(getattr(node, name)) for name in node)


def _is_judged(node: Node) -> bool:
    """A bare column against constants, for null, or alone; a LIKE whose pattern starts with letters."""
    if isinstance(node, ast.NullTest):
        return isinstance(node.arg, ast.ColumnRef)
    if isinstance(node, ast.ColumnRef):
        return True
    if isinstance(node, ast.BoolExpr):
        return all(_is_judged(part) for part in node.args)
    if not isinstance(node, ast.A_Expr) or node.kind not in _COMPARED or node.name[-1].sval not in _OPERATORS:
        return False
    left, right = node.lexpr, node.rexpr
    if not isinstance(left, ast.ColumnRef):
        left, right = right, left
    if not isinstance(left, ast.ColumnRef) or _has_column(right):
        return False
    if node.kind == A_Expr_Kind.AEXPR_LIKE:
        return isinstance(right, ast.A_Const) and str(getattr(right.val, "sval", "%"))[:1] not in {"%", "_", ""}
    return True


def _columns(node: Node) -> Iterator[str]:
    if isinstance(node, ast.ColumnRef):
        yield from (one.sval for one in node.fields[-1:] if isinstance(one, ast.String))
    else:
        for child in nodes(node):
            yield from _columns(child)


@lru_cache(maxsize=20_000)
def columns_of(predicate: str) -> frozenset[str]:
    """The columns that a predicate names; none where it does not parse."""
    try:
        statement: Node = pglast.parse_sql(f"SELECT WHERE {predicate}")[0].stmt
    except ParseError:
        return frozenset()
    return frozenset(_columns(statement.whereClause))


def judged_part(predicate: str) -> str | None:
    """The conditions of the predicate that statistics can judge; None where there is none."""
    try:
        statement: Node = pglast.parse_sql(f"SELECT WHERE {predicate}")[0].stmt
    except ParseError:
        return None
    kept = [str(RawStream()(one)) for one in conjuncts(statement.whereClause) if _is_judged(one)]
    return None if not kept else kept[0] if len(kept) == 1 else " AND ".join(f"({one})" for one in kept)
