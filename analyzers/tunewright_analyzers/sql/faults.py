"""Faults that a statement's text shows by itself.

In come its tree and the Names of its database; out come places, as facts. No weight is judged here.
Called by checks/queries. Literals are redacted before, so nothing rests on one; what cannot be resolved for certain is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pglast.enums import A_Expr_Kind, BoolExprType, SetOperation, SubLinkType

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.names import Item, Names, Resolved, Scopes, common_tables
from tunewright_analyzers.sql.tree import (
    Node,
    ast,
    conjuncts,
    function_name,
    is_value,
    operator,
    outside_queries,
    selects,
    walk,
)

_COMPARISONS = frozenset({"=", "<", ">", "<=", ">=", "<>", "!="})
_RANDOM = frozenset({"random", "gen_random_uuid", "uuid_generate_v4"})
_PATTERNS = frozenset({A_Expr_Kind.AEXPR_LIKE, A_Expr_Kind.AEXPR_ILIKE})
_FAMILIES = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "numeric",
    "real": "floating point",
    "double precision": "floating point",
    "text": "text",
    "character varying": "text",
    "character": "padded text",
}
"""Types within a family compare with each other through one index operator family (pg_amop); across families one side is converted."""


def is_plain(query: Node) -> bool:
    """A SELECT that is no set operation."""
    return isinstance(query, ast.SelectStmt) and query.larg is None


def starred(tree: Node, names: Names) -> tuple[RelationName, ...]:
    """Tables whose every column the outermost SELECT asks for by `*`."""
    if not is_plain(tree):
        return ()
    found: list[RelationName] = []
    items = names.items(tree, common_tables(tree))
    for target in tree.targetList or ():
        reference = target.val
        if isinstance(reference, ast.ColumnRef) and isinstance(reference.fields[-1], ast.A_Star):
            of = [part.sval for part in reference.fields[:-1]]
            found += [one.table for one in items if one.table is not None and (not of or of[-1] == one.alias)]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class NotIn:
    """`outer NOT IN (SELECT inner …)`. `link` is the SubLink, `query` the SELECT it stands in."""

    outer: Resolved | None
    inner: Resolved
    may_be_null: bool
    link: Node
    query: Node


def _is_not_null(condition: Node, names: Names, scopes: Scopes, column: Resolved) -> bool:
    if not (isinstance(condition, ast.NullTest) and condition.nulltesttype == 1):
        return False
    return isinstance(condition.arg, ast.ColumnRef) and names.resolve(condition.arg, scopes) == column


def not_in(tree: Node, names: Names) -> Iterator[NotIn]:
    """NOT IN with a subquery that gives a column of a table."""
    ctes = common_tables(tree)
    for query in selects(tree):
        around = names.items(query, ctes)
        for condition in conjuncts(query.whereClause):
            negated = isinstance(condition, ast.BoolExpr) and condition.boolop == BoolExprType.NOT_EXPR
            link = condition.args[0] if negated else None
            if not isinstance(link, ast.SubLink) or link.subLinkType != SubLinkType.ANY_SUBLINK or link.operName:
                continue
            inner = link.subselect
            if not is_plain(inner) or len(inner.targetList or ()) != 1:
                continue
            target, scopes = inner.targetList[0].val, (names.items(inner, ctes), around)
            given = names.resolve(target, scopes) if isinstance(target, ast.ColumnRef) else None
            if given is None or given.depth != 0:
                continue
            checked = any(_is_not_null(one, names, scopes, given) for one in conjuncts(inner.whereClause))
            outer = names.resolve(link.testexpr, (around,)) if isinstance(link.testexpr, ast.ColumnRef) else None
            yield NotIn(outer, given, not (checked or names.never_null(given)), link, query)


def or_across(tree: Node, names: Names) -> Iterator[tuple[Resolved, ...]]:
    """ORs whose arms look at different tables of a join: one column of each table."""
    ctes = common_tables(tree)
    for query in selects(tree):
        items = names.items(query, ctes)
        for condition in conjuncts(query.whereClause):
            if not (isinstance(condition, ast.BoolExpr) and condition.boolop == BoolExprType.OR_EXPR):
                continue
            arms = [names.references(arm, (items,)) for arm in condition.args]
            if any(not arm or len({one.item for one in arm}) != 1 for arm in arms):
                continue
            by_item = {arm[0].item: arm[0] for arm in arms if arm}
            if len(by_item) > 1:
                yield tuple(by_item.values())


def _equalities(query: Node) -> Iterator[Node]:
    conditions = [query.whereClause] if query.whereClause is not None else []
    for item in query.fromClause or ():
        conditions += [one.quals for one in walk(item) if isinstance(one, ast.JoinExpr) and one.quals is not None]
    for condition in conditions:
        for one in conjuncts(condition):
            if isinstance(one, ast.A_Expr) and one.kind == A_Expr_Kind.AEXPR_OP and operator(one) == "=":
                yield one


def unlike_joins(tree: Node, names: Names) -> Iterator[tuple[Resolved, Resolved]]:
    """Columns that are compared though their types belong to different families, so that one side is converted for every row."""
    ctes = common_tables(tree)
    for query in selects(tree):
        scopes = (names.items(query, ctes),)
        for one in _equalities(query):
            if not (isinstance(one.lexpr, ast.ColumnRef) and isinstance(one.rexpr, ast.ColumnRef)):
                continue
            left, right = names.resolve(one.lexpr, scopes), names.resolve(one.rexpr, scopes)
            families = {_FAMILIES.get(side.column.base_type) for side in (left, right) if side is not None}
            if left is not None and right is not None and len(families) == 2 and None not in families:
                yield left, right


def _operands(node: Node) -> list[Node]:
    """The parts of a || b || c."""
    while isinstance(node, ast.TypeCast):
        node = node.arg
    if operator(node) == "||":
        return [*_operands(node.lexpr), *_operands(node.rexpr)]
    return [node]


def _number(node: Node) -> int | None:
    return int(node.number) if isinstance(node, ast.ParamRef) else None


def leading_wildcards(tree: Node) -> Iterator[str]:
    """Columns that are matched by LIKE against something that was put in front of the searched text.

    pg_stat_statements numbers the constants behind the statement's own parameters: `LIKE '%' || $1` becomes `LIKE $2 || $1`. So a first
    part with a higher number than a later one, or in front of a column, was a constant: in LIKE nearly always '%'.
    """
    for one in walk(tree):
        if not (isinstance(one, ast.A_Expr) and one.kind in _PATTERNS and isinstance(one.lexpr, ast.ColumnRef)):
            continue
        parts = _operands(one.rexpr)
        first = _number(parts[0])
        if first is None or len(parts) < 2:
            continue
        later = [number for part in parts[1:] if (number := _number(part)) is not None]
        if any(number < first for number in later) or any(isinstance(part, ast.ColumnRef) for part in parts[1:]):
            yield str(one.lexpr.fields[-1].sval)


def pages_by_offset(tree: Node) -> bool:
    """Whether the outermost query takes a page by LIMIT and OFFSET."""
    return isinstance(tree, ast.SelectStmt) and tree.limitCount is not None and tree.limitOffset is not None


def is_unlimited(tree: Node) -> bool:
    """Whether it is a SELECT that gives all rows it finds."""
    return isinstance(tree, ast.SelectStmt) and tree.limitCount is None and bool(tree.fromClause or tree.larg)


def sorts_by_chance(tree: Node) -> bool:
    """Whether any of its queries sorts by a random number."""
    return any(
        function_name(node) in _RANDOM
        for query in selects(tree)
        for key in query.sortClause or ()
        for node in outside_queries(key.node)
    )


def _is_count(node: Node) -> bool:
    return function_name(node) == "count" and node.over is None and not node.agg_distinct and node.agg_filter is None


def _is_counting(node: Node) -> bool:
    """A subquery that gives nothing but a count over what it finds."""
    if not isinstance(node, ast.SubLink) or node.subLinkType != SubLinkType.EXPR_SUBLINK:
        return False
    query = node.subselect
    single = is_plain(query) and len(query.targetList or ()) == 1 and not query.groupClause and query.limitCount is None
    return single and _is_count(query.targetList[0].val)


def counts_compared(tree: Node) -> int:
    """Places where all rows are counted only to compare the number with a given one."""
    found = 0
    for one in walk(tree):
        if not isinstance(one, ast.A_Expr) or operator(one) not in _COMPARISONS:
            continue
        found += any(_is_counting(a) and is_value(b) for a, b in ((one.lexpr, one.rexpr), (one.rexpr, one.lexpr)))
    for query in selects(tree):
        if query.groupClause or not query.fromClause:
            continue
        for target in query.targetList or ():
            for one in outside_queries(target):
                if isinstance(one, ast.A_Expr) and operator(one) in _COMPARISONS:
                    found += any(
                        _is_count(a) and is_value(b) for a, b in ((one.lexpr, one.rexpr), (one.rexpr, one.lexpr))
                    )
    return found


@dataclass(frozen=True, slots=True)
class Fanned:
    """SELECT DISTINCT whose output is rows of one table by primary key: only the join with `others` can have doubled them."""

    kept: RelationName
    others: tuple[str, ...]
    query: Node


def fanned_out(tree: Node, names: Names) -> Iterator[Fanned]:
    """Queries that take back by DISTINCT what their join doubled."""
    ctes = common_tables(tree)
    for query in selects(tree):
        if not is_plain(query) or query.distinctClause is None or query.distinctClause[0] is not None:
            continue
        if query.groupClause or query.havingClause:
            continue
        items = names.items(query, ctes)
        given: list[Resolved] = []
        for target in query.targetList or ():
            found = _given(target.val, names, items)
            if found is None:
                given = []
                break
            given += found
        owners = {one.item for one in given}
        if len(owners) != 1 or len(items) < 2:
            continue
        owner = given[0].item
        key = names.primary_key(owner.table) if owner.table is not None else frozenset()
        if key and key <= {one.column.name for one in given} and not owner.optional and owner.table is not None:
            yield Fanned(owner.table, tuple(one.alias for one in items if one != owner), query)


def _given(node: Node, names: Names, items: tuple[Item, ...]) -> list[Resolved] | None:
    """Columns that one output gives: of `alias.*` all; None where it is not plain columns of one table."""
    if isinstance(node, ast.ColumnRef) and isinstance(node.fields[-1], ast.A_Star):
        aliases = [part.sval for part in node.fields[:-1]]
        owner = next((one for one in items if aliases and one.alias == aliases[-1] and one.table is not None), None)
        if owner is None:
            return None
        return [Resolved(owner, column, 0) for (table, _), column in names.columns.items() if table == owner.table]
    if isinstance(node, ast.ColumnRef):
        one = names.resolve(node, (items,))
        return [one] if one is not None else None
    return None


@dataclass(frozen=True, slots=True)
class Correlated:
    """A scalar subquery in the output list that looks into `table` for each row of the outer `query`."""

    table: RelationName
    target: Node
    link: Node
    query: Node


def correlated(tree: Node, names: Names) -> Iterator[Correlated]:
    """Scalar subqueries over one table in an output list, correlated by a column with the query around them."""
    ctes = common_tables(tree)
    for query in selects(tree):
        around = names.items(query, ctes)
        for target in query.targetList or ():
            for node in outside_queries(target):
                if not isinstance(node, ast.SubLink) or node.subLinkType != SubLinkType.EXPR_SUBLINK:
                    continue
                inner = node.subselect
                items = names.items(inner, ctes) if is_plain(inner) else ()
                if len(items) != 1 or items[0].table is None or inner.whereClause is None:
                    continue
                used = names.references(inner.whereClause, (items, around))
                if used and any(one.depth == 1 for one in used):
                    yield Correlated(items[0].table, target, node, query)


def _unions(query: Node) -> Iterator[Node]:
    """The UNION nodes (without ALL) of a set operation, down to where something else combines the arms."""
    if not isinstance(query, ast.SelectStmt) or query.op != SetOperation.SETOP_UNION:
        return
    if query.limitCount is not None or query.limitOffset is not None:
        return
    if not query.all:
        yield query
    yield from _unions(query.larg)
    yield from _unions(query.rarg)


def needless_unions(tree: Node) -> Iterator[Node]:
    """UNIONs within IN, EXISTS, ANY or ALL: how often a row comes makes no difference there, so removing doubles is for nothing."""
    kinds = {SubLinkType.ANY_SUBLINK, SubLinkType.ALL_SUBLINK, SubLinkType.EXISTS_SUBLINK}
    for one in walk(tree):
        if isinstance(one, ast.SubLink) and one.subLinkType in kinds:
            yield from _unions(one.subselect)


def combines_by_union(tree: Node) -> bool:
    """Whether the outermost query is a UNION that removes doubles."""
    return isinstance(tree, ast.SelectStmt) and tree.op == SetOperation.SETOP_UNION and not tree.all


def has_list(tree: Node) -> bool:
    """Whether it has `IN (…)` with values."""
    return any(isinstance(one, ast.A_Expr) and one.kind == A_Expr_Kind.AEXPR_IN for one in walk(tree))


def looked_up(tree: Node, names: Names) -> tuple[Resolved, ...]:
    """Columns by whose one given value a SELECT over a single table finds its rows."""
    if not is_plain(tree):
        return ()
    items = names.items(tree, common_tables(tree))
    if len(items) != 1 or items[0].table is None:
        return ()
    found = []
    for one in _equalities(tree):
        for side, other in ((one.lexpr, one.rexpr), (one.rexpr, one.lexpr)):
            if isinstance(side, ast.ColumnRef) and is_value(other):
                column = names.resolve(side, (items,))
                found += [column] if column is not None else []
    return tuple(found)
