"""How one condition bounds a column or an expression: by equality, a range, a pattern, a list, a join.

In comes a node of a WHERE or ON clause that is neither AND nor OR. Called by predicates.py.
"""

from pglast.enums import A_Expr_Kind, NullTestType, SubLinkType

from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.sql.access import Access, Use
from tunewright_analyzers.sql.scopes import Names, Scope
from tunewright_analyzers.sql.trees import Node, ast

_EQUAL = frozenset({"="})
_RANGE = frozenset({"<", ">", "<=", ">="})
_PATTERNS = frozenset({A_Expr_Kind.AEXPR_LIKE, A_Expr_Kind.AEXPR_ILIKE})
_CONTAINS = frozenset({"@>", "<@", "&&", "?", "?|", "?&", "@@", "@?", "@@@"})
_SIMILAR = frozenset({"~", "~*", "%", "%>", "<%"})
_BETWEEN = frozenset({A_Expr_Kind.AEXPR_BETWEEN, A_Expr_Kind.AEXPR_BETWEEN_SYM})

Bound = tuple[Access, Use, IndexColumn]


def bounds(names: Names, node: Node, scopes: tuple[Scope, ...]) -> list[Bound]:
    """What the condition bounds, and how; nothing where no index could serve it."""
    if isinstance(node, ast.A_Expr):
        return _operator(names, node, scopes)
    if isinstance(node, ast.SubLink):
        return _sublink(names, node, scopes)
    if isinstance(node, ast.NullTest):
        found = names.key(node.arg, scopes)
        use = Use.IS_NULL if node.nulltesttype == NullTestType.IS_NULL else Use.NOT_NULL
        return [(found[0], use, found[1])] if found else []
    negated = isinstance(node, ast.BoolExpr)
    found = names.key(node.args[0] if negated else node, scopes) if negated or isinstance(node, ast.ColumnRef) else None
    return [(found[0], Use.FALSE if negated else Use.TRUE, found[1])] if found else []


def _sublink(names: Names, node: Node, scopes: tuple[Scope, ...]) -> list[Bound]:
    if node.subLinkType != SubLinkType.ANY_SUBLINK:
        return []
    outer = names.key(node.testexpr, scopes)
    return [(outer[0], Use.JOIN, outer[1])] if outer else []


def _operator(names: Names, node: Node, scopes: tuple[Scope, ...]) -> list[Bound]:
    name = node.name[-1].sval
    left = names.key(node.lexpr, scopes)
    if node.kind in {A_Expr_Kind.AEXPR_IN, A_Expr_Kind.AEXPR_OP_ANY}:
        return [(left[0], Use.LIST, left[1])] if left and name == "=" else []
    if node.kind in _BETWEEN:
        return [(left[0], Use.RANGE, left[1])] if left else []
    if node.kind in _PATTERNS:
        return _pattern(node, left, name)
    if node.kind == A_Expr_Kind.AEXPR_OP and name in _CONTAINS | _SIMILAR:
        key = left or (names.key(node.rexpr, scopes) if name in {"&&", "<@", "@>"} else None)
        return [(key[0], Use.CONTAINS if name in _CONTAINS else Use.SIMILAR, key[1])] if key else []
    if node.kind != A_Expr_Kind.AEXPR_OP or name not in _EQUAL | _RANGE:
        return []
    return _compared(names, node, name in _EQUAL, scopes)


def _pattern(node: Node, left: tuple[Access, IndexColumn] | None, name: str) -> list[Bound]:
    """A pattern that starts with letters bounds a range; any other one, and one that is not known, is for trigrams as well."""
    if left is None or name not in {"~~", "~~*"}:
        return []
    constant = (
        node.rexpr.val.sval if isinstance(node.rexpr, ast.A_Const) and isinstance(node.rexpr.val, ast.String) else None
    )
    anchored = name == "~~" and (constant is None or constant[:1] not in {"%", "_", ""})
    found = [(left[0], Use.PREFIX, left[1])] if anchored else []
    if (constant or "")[:1] in {"%", "_"} or name == "~~*":
        found.append((left[0], Use.SIMILAR, left[1]))
    return found


def _compared(names: Names, node: Node, equal: bool, scopes: tuple[Scope, ...]) -> list[Bound]:
    """Each side is a key if the other side does not read the same relation; a join if it reads another one."""
    found = []
    for side, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
        key = names.key(side, scopes)
        if key is None:
            continue
        others = names.references(other, scopes)
        if any(access is key[0] for access, _ in others):
            continue
        use = Use.JOIN if others and equal else Use.EQUAL if equal else Use.RANGE
        found.append((key[0], use, key[1]))
    return found
