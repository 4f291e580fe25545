"""Statements written in another way that is certain to give the same rows, whatever the data, NULLs included.

In come a redacted text and the Names of its database; out comes the new text, or None where equality is not certain. Each function states
why it is equal; tests/live/test_rewrites.py runs original and rewrite over generated rows. Called by checks/queries.
"""

from collections.abc import Sequence

from pglast.enums import BoolExprType, JoinType, SubLinkType
from pglast.enums.parsenodes import A_Expr_Kind
from pglast.stream import RawStream

from tunewright_analyzers.sql import faults
from tunewright_analyzers.sql.names import Item, Names, Resolved, common_tables
from tunewright_analyzers.sql.tree import Node, ast, conjuncts, function_name, is_value, operator, parsed, walk

_HARMLESS = frozenset({"lower", "upper", "date_trunc", "length", "abs", "now"})
"""Functions that may be called more or less often, or in another place, without a difference."""
_EXACT = frozenset({"smallint", "integer", "bigint", "numeric"})
"""Types whose sum does not depend on the order of adding."""
_KEY, _VALUE = "tunewright_key", "tunewright_value"
"""Names that no table of the query has, so that its unqualified columns stay unambiguous."""
_AGGREGATES = frozenset({"sum", "avg", "min", "max", "count"})


def _printed(tree: Node) -> str:
    return f"{RawStream()(tree)};"


def _and(parts: Sequence[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return ast.BoolExpr(boolop=BoolExprType.AND_EXPR, args=tuple(parts))


def _column(alias: str, name: str) -> Node:
    return ast.ColumnRef(fields=(ast.String(sval=alias), ast.String(sval=name)))


def _equal(left: Node, right: Node) -> Node:
    return ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP, name=(ast.String(sval="="),), lexpr=left, rexpr=right)


def _one() -> tuple[Node, ...]:
    return (ast.ResTarget(val=ast.A_Const(isnull=False, val=ast.Integer(ival=1))),)


def _is_bare(query: Node) -> bool:
    """A query of FROM and WHERE only."""
    more = (query.groupClause, query.havingClause, query.windowClause, query.limitCount, query.limitOffset)
    return not any((*more, query.withClause, query.lockingClause)) and query.larg is None


def _is_repeatable(node: Node) -> bool:
    """No function call but harmless ones."""
    return all(not isinstance(one, ast.FuncCall) or function_name(one) in _HARMLESS for one in walk(node))


def not_exists(text: str, names: Names) -> str | None:
    """x NOT IN (SELECT y FROM …) as NOT EXISTS (SELECT 1 FROM … WHERE y = x).

    Equal because neither x nor y can be NULL: then NOT IN is true just where no row has y = x.
    """
    tree = parsed(text)
    done = 0
    for fault in faults.not_in(tree, names) if tree is not None else ():
        inner, outer = fault.link.subselect, fault.outer
        if fault.may_be_null or outer is None or not names.never_null(outer):
            continue
        aliases = {one.alias for one in names.items(inner, common_tables(tree))}
        if not _is_bare(inner) or inner.distinctClause is not None or outer.item.alias in aliases:
            continue
        condition = _equal(
            _column(fault.inner.item.alias, fault.inner.column.name), _column(outer.item.alias, outer.column.name)
        )
        inner.whereClause = _and([*conjuncts(inner.whereClause), condition])
        inner.targetList = _one()
        fault.link.subLinkType, fault.link.testexpr = SubLinkType.EXISTS_SUBLINK, None
        done += 1
    return _printed(tree) if done else None


def union_all(text: str) -> str | None:
    """UNION within IN, EXISTS, ANY or ALL as UNION ALL. Equal because those ask only whether a value is among the rows."""
    tree = parsed(text)
    found = list(faults.needless_unions(tree)) if tree is not None else []
    for one in found:
        one.all = True
    return _printed(tree) if found else None


def _inner_joined(item: Node) -> tuple[list[Node], list[Node]] | None:
    """(tables, conditions) of a FROM item that joins plain tables by inner joins with ON; None for anything else."""
    if isinstance(item, ast.RangeVar):
        return [item], []
    plain = isinstance(item, ast.JoinExpr) and item.jointype == JoinType.JOIN_INNER
    if not plain or item.usingClause or item.isNatural or item.alias is not None:
        return None
    left, right = _inner_joined(item.larg), _inner_joined(item.rarg)
    if left is None or right is None:
        return None
    return [*left[0], *right[0]], [*left[1], *right[1], *conjuncts(item.quals)]


def _alias(table: Node) -> str:
    return str(table.alias.aliasname if table.alias else table.relname)


def exists(text: str, names: Names) -> str | None:
    """SELECT DISTINCT of one table's rows, by primary key, over an inner join, as that table alone WHERE EXISTS (the rest of the join).

    Equal because DISTINCT over rows that hold their own key keeps each row that has a partner, once.
    """
    tree = parsed(text)
    if tree is None or not _is_bare(tree):
        return None
    fault = next((one for one in faults.fanned_out(tree, names) if one.query is tree), None)
    if fault is None:
        return None
    tables: list[Node] = []
    conditions = list(conjuncts(tree.whereClause))
    for item in tree.fromClause:
        joined = _inner_joined(item)
        if joined is None:
            return None
        tables += joined[0]
        conditions += joined[1]
    items = names.items(tree, frozenset())
    owner = next(one for one in items if one.table == fault.kept and one.alias not in fault.others)
    parts = _split(conditions, names, items, owner)
    if parts is None:
        return None
    own, rest = parts
    inner = ast.SelectStmt(
        targetList=_one(),
        fromClause=tuple(one for one in tables if _alias(one) != owner.alias),
        whereClause=_and(rest),
        op=tree.op,
        limitOption=tree.limitOption,
    )
    tree.fromClause = tuple(one for one in tables if _alias(one) == owner.alias)
    tree.whereClause = _and([*own, ast.SubLink(subLinkType=SubLinkType.EXISTS_SUBLINK, subselect=inner)])
    tree.distinctClause = None
    return _printed(tree)


def _split(
    conditions: Sequence[Node], names: Names, items: tuple[Item, ...], owner: Item
) -> tuple[list[Node], list[Node]] | None:
    """Conditions on the owner alone, and the others; None where one of them is not fully understood."""
    own: list[Node] = []
    rest: list[Node] = []
    for condition in conditions:
        used = names.references(condition, (items,))
        if used is None or not _is_repeatable(condition):
            return None
        (own if all(one.item == owner for one in used) else rest).append(condition)
    return own, rest


def grouped_join(text: str, names: Names) -> str | None:
    """SELECT o.…, (SELECT sum(i.x) FROM i WHERE i.key = o.id) FROM o, over all rows of o, as a LEFT JOIN to i grouped once by its key.

    Equal because each outer row meets at most the one group whose key equals its own; without one, sum, avg, min and max are NULL on both
    sides and count is made 0. Only for exact types (no order of adding) and keys of one type.
    """
    tree = parsed(text)
    if tree is None or not faults.is_plain(tree) or not _is_bare(tree) or tree.whereClause is not None:
        return None
    targets = [one.val for one in tree.targetList or () if isinstance(one.val, ast.ColumnRef)]
    starred = any(len(one.fields) == 1 and isinstance(one.fields[0], ast.A_Star) for one in targets)
    if tree.distinctClause is not None or starred or len(tree.fromClause or ()) != 1:
        return None
    done = 0
    for fault in faults.correlated(tree, names):
        if fault.query is tree and fault.target.val is fault.link and _joined(fault, names, done + 1):
            done += 1
    return _printed(tree) if done else None


def _joined(fault: faults.Correlated, names: Names, number: int) -> bool:
    """Turn one subquery into a join; False where that is not certain to be equal."""
    query, inner = fault.query, fault.link.subselect
    items, around = names.items(inner, frozenset()), names.items(query, frozenset())
    value = _aggregate(inner, names, items)
    if value is None or not _is_bare(inner) or inner.distinctClause is not None:
        return False
    links: list[Node] = []
    own: list[Node] = []
    for condition in conjuncts(inner.whereClause):
        used = names.references(condition, (items, around))
        if used is None or not _is_repeatable(condition):
            return False
        (links if any(one.depth for one in used) else own).append(condition)
    pair = _pair(links[0], names, (items, around)) if len(links) == 1 else None
    if pair is None:
        return False
    here, there = pair
    alias = f"tunewright_{number}"
    key = _column(here.item.alias, here.column.name)
    grouped = ast.SelectStmt(
        targetList=(ast.ResTarget(name=_KEY, val=key), ast.ResTarget(name=_VALUE, val=value)),
        fromClause=inner.fromClause,
        whereClause=_and(own),
        groupClause=(key,),
        op=inner.op,
        limitOption=inner.limitOption,
    )
    query.fromClause = (
        ast.JoinExpr(
            jointype=JoinType.JOIN_LEFT,
            larg=query.fromClause[0],
            rarg=ast.RangeSubselect(subquery=grouped, alias=ast.Alias(aliasname=alias)),
            quals=_equal(_column(alias, _KEY), _column(there.item.alias, there.column.name)),
        ),
    )
    name = function_name(value)
    fault.target.name = fault.target.name or inner.targetList[0].name or name
    given = _column(alias, _VALUE)
    zero = ast.A_Const(isnull=False, val=ast.Integer(ival=0))
    fault.target.val = ast.CoalesceExpr(args=(given, zero)) if name == "count" else given
    return True


def _aggregate(inner: Node, names: Names, items: tuple[Item, ...]) -> Node | None:
    """The subquery's one output, where it is a plain aggregate of a column of exact type, or a count."""
    if len(inner.targetList or ()) != 1:
        return None
    call = inner.targetList[0].val
    if function_name(call) not in _AGGREGATES or len(call.funcname) != 1 or call.over is not None:
        return None
    if call.agg_distinct or call.agg_filter is not None or call.agg_order:
        return None
    if call.agg_star:
        return call
    argument = call.args[0] if len(call.args or ()) == 1 else None
    column = names.resolve(argument, (items,)) if isinstance(argument, ast.ColumnRef) else None
    if column is None or column.item.table is None:
        return None
    return call if function_name(call) == "count" or column.column.base_type in _EXACT else None


def _pair(condition: Node, names: Names, scopes: tuple[tuple[Item, ...], ...]) -> tuple[Resolved, Resolved] | None:
    """(inner column, outer column) of `inner.key = outer.id` where both are of one type."""
    if operator(condition) != "=" or condition.kind != A_Expr_Kind.AEXPR_OP or is_value(condition.rexpr):
        return None
    sides = [
        names.resolve(one, scopes) if isinstance(one, ast.ColumnRef) else None
        for one in (condition.lexpr, condition.rexpr)
    ]
    by_depth = {one.depth: one for one in sides if one is not None}
    here, there = by_depth.get(0), by_depth.get(1)
    if here is None or there is None or here.column.type != there.column.type:
        return None
    return (here, there) if here.column.base_type in _EXACT | {"uuid", "text", "date"} else None


def equal_forms(text: str, names: Names) -> tuple[str, ...]:
    """Every other form of a SELECT that is proved to give the same rows, each once; none of another statement."""
    tree = parsed(text)
    if not isinstance(tree, ast.SelectStmt) or tree.larg is not None or tree.valuesLists:
        return ()
    found = (not_exists(text, names), union_all(text), exists(text, names), grouped_join(text, names))
    return tuple(dict.fromkeys(one for one in found if one is not None))
