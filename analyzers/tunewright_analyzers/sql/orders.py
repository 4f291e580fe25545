"""Which orders of which relation a query wants: of ORDER BY, GROUP BY, windows, DISTINCT, min and max. Called by predicates.py."""

from typing import Any

from pglast.enums import SortByDir, SortByNulls

from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.sql.access import Access
from tunewright_analyzers.sql.scopes import Names, Scope
from tunewright_analyzers.sql.trees import Node, ast, calls


def note_orders(names: Names, node: Node, scopes: tuple[Scope, ...]) -> None:
    """Sort and group keys, where one relation gives all of them; else its leading sort keys, and what else wants an order."""
    sort = [(names.key(_meant(one.node, node), scopes), one) for one in node.sortClause or ()]
    leading: list[tuple[tuple[Access, IndexColumn], Any]] = []
    for found, one in sort:
        if found is None or (leading and found[0] is not leading[0][0][0]):
            break
        leading.append((found, one))
    if leading:
        keys = tuple(_sorted(found[1], one) for found, one in leading)
        if len(leading) == len(sort):
            leading[0][0][0].sort = keys
        else:
            leading[0][0][0].orders.append(keys)
    _grouped(names, node, scopes)
    for one in node.windowClause or ():
        _wanted(names, [*(one.partitionClause or ()), *(item.node for item in one.orderClause or ())], node, scopes)
    if node.distinctClause:
        named = [one for one in node.distinctClause if isinstance(one, ast.Node)]
        _wanted(
            names, named or [one.val for one in node.targetList or () if isinstance(one, ast.ResTarget)], node, scopes
        )
    for target in node.targetList or ():
        for call in calls(target):
            if call.funcname[-1].sval in {"min", "max"} and len(call.args or ()) == 1 and not node.groupClause:
                _wanted(names, list(call.args), node, scopes)
            if call.over is not None and isinstance(call.over, ast.Node):
                orders = [item.node for item in call.over.orderClause or ()]
                _wanted(names, [*(call.over.partitionClause or ()), *orders], node, scopes)


def _grouped(names: Names, node: Node, scopes: tuple[Scope, ...]) -> None:
    group = [names.key(_meant(one, node), scopes) for one in node.groupClause or ()]
    if group and all(group) and len({id(one[0]) for one in group if one}) == 1:
        columns = tuple(one[1].column for one in group if one and one[1].column)
        if len(columns) == len(group) and group[0]:
            group[0][0].group = columns


def _wanted(names: Names, nodes: list[Any], query: Node, scopes: tuple[Scope, ...]) -> None:
    """Note an order over the nodes, where one relation gives all of them."""
    keys = [names.key(_meant(one, query), scopes) for one in nodes]
    owners = {id(one[0]) for one in keys if one}
    if keys and all(keys) and len(owners) == 1 and keys[0]:
        order = tuple(one[1] for one in keys if one)
        if order not in keys[0][0].orders:
            keys[0][0].orders.append(order)


def _meant(node: Node, query: Node) -> Any:
    """The target-list expression behind `ORDER BY 2` or `ORDER BY alias`; else the node itself."""
    targets = [one for one in query.targetList or () if isinstance(one, ast.ResTarget)]
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer) and 1 <= node.val.ival <= len(targets):
        return targets[node.val.ival - 1].val
    if isinstance(node, ast.ColumnRef) and len(node.fields) == 1 and isinstance(node.fields[0], ast.String):
        return next((one.val for one in targets if one.name == node.fields[0].sval), node)
    return node


def _sorted(key: IndexColumn, one: Node) -> IndexColumn:
    descending = one.sortby_dir == SortByDir.SORTBY_DESC
    first = one.sortby_nulls == SortByNulls.SORTBY_NULLS_FIRST or (
        descending and one.sortby_nulls == SortByNulls.SORTBY_NULLS_DEFAULT
    )
    return IndexColumn(key.column, key.expression, descending, first)
