"""Which columns of which relations a statement filters, joins, groups by, sorts by and reads.

In comes the text of one statement (normalised or not) and a Catalogue to resolve names; out comes one Access for every relation that the
statement reads or writes. Called by the index advisers. Aliases, subqueries, CTEs, USING, NATURAL, EXISTS, UPDATE, DELETE and MERGE are
resolved; views are not expanded, and what could not be resolved is named in `unresolved`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pglast
from pglast.enums import A_Expr_Kind, BoolExprType, NullTestType, SortByDir, SortByNulls, SubLinkType
from pglast.parser import ParseError

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.sql.trees import QUERIES, Node, ast, calls, factored, is_fixed, nodes, unqualified

# One file over 300 lines: the walk over the syntax tree is one recursive whole, and every part of it needs the same scopes.


class PredicateError(ValueError):
    """The text is not one statement that can be understood; the message says why, without quoting it."""


class Use(StrEnum):
    """How a condition bounds a column."""

    EQUAL = "equal"
    LIST = "list"
    RANGE = "range"
    PREFIX = "prefix"
    IS_NULL = "is null"
    NOT_NULL = "is not null"
    TRUE = "true"
    FALSE = "false"
    JOIN = "join"
    CONTAINS = "contains"
    """An operator that only an inverted index serves: containment, overlap, key existence, text search."""
    SIMILAR = "similar"
    """A pattern that is not (or not known to be) anchored at the left: trigrams serve it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a column, or on an expression over columns of one relation.

    `text` is the condition itself, without qualifiers, where it holds neither literal nor parameter (`deleted_at IS NULL`): such a one
    can stand in a partial index. `alternative`: it stands under an OR. `operator`: as written, for CONTAINS, SIMILAR and PREFIX.
    """

    use: Use
    key: IndexColumn
    text: str | None = None
    alternative: bool = False
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one relation alone that holds no parameter, so that it can stand in a partial index, without qualifiers.

    `columns`: how often it reads each column. `has_constant`: it holds a literal, and so serves only the calls that say the same.
    """

    text: str
    columns: tuple[tuple[str, int], ...]
    has_constant: bool


@dataclass(slots=True)
class Access:
    """One relation as one FROM item of the statement uses it. `sort` and `group` are set only where this relation alone gives the keys."""

    table: RelationName
    alias: str
    conditions: list[Condition] = field(default_factory=list)
    sort: tuple[IndexColumn, ...] = ()
    group: tuple[str, ...] = ()
    columns: set[str] = field(default_factory=set)
    """Columns that are read anywhere in the statement."""
    reads: Counter[str] = field(default_factory=Counter)
    """How often each is read: what only an implied Filter reads need not be in a partial index."""
    filters: list[Filter] = field(default_factory=list)
    orders: list[tuple[IndexColumn, ...]] = field(default_factory=list)
    """Further orders that would spare work: of windows, DISTINCT, min and max, and the leading sort keys where others follow."""
    whole_row: bool = False
    """`*` was asked: no index can cover it."""
    written: set[str] = field(default_factory=set)
    """Columns that the statement assigns."""
    is_target: bool = False
    """INSERT, UPDATE, DELETE or MERGE write to it."""


@dataclass(frozen=True, slots=True)
class Predicates:
    """All accesses of a statement. `unresolved` says what could not be understood; `has_limit`: the outermost query stops early."""

    accesses: tuple[Access, ...]
    unresolved: tuple[str, ...] = ()
    has_limit: bool = False


class Catalogue:
    """Relations and their columns by name, for one database; an unqualified name is looked for in `path`, then wherever it is unique."""

    def __init__(
        self,
        database: str,
        columns: Mapping[tuple[str, str], Sequence[str]],
        path: tuple[str, ...] = ("public",),
        types: Mapping[tuple[str, str, str], str] | None = None,
    ) -> None:
        self.database = database
        self._columns = columns
        self._types = types or {}
        self._path = path
        self._schemas: dict[str, list[str]] = {}
        for schema, name in columns:
            self._schemas.setdefault(name, []).append(schema)

    @classmethod
    def of(cls, schema: Schema, database: str) -> "Catalogue":
        """The catalogue of one database of a Schema section."""
        columns: dict[tuple[str, str], list[str]] = {}
        types: dict[tuple[str, str, str], str] = {}
        for column in sorted(schema.columns, key=lambda one: one.position):
            if column.table.database == database:
                columns.setdefault((column.table.schema, column.table.name), []).append(column.name)
                types[column.table.schema, column.table.name, column.name] = column.base_type
        return cls(database, columns, types=types)

    def type(self, table: RelationName, column: str) -> str | None:
        """The column's base type, None where it is not known."""
        return self._types.get((table.schema, table.name, column))

    def find(self, schema: str | None, name: str) -> RelationName | None:
        """The relation of that name; None where there is none, or several that the path does not tell apart."""
        schemas = self._schemas.get(name, [])
        if schema is not None:
            return RelationName(self.database, schema, name) if schema in schemas else None
        for candidate in (*self._path, *(schemas if len(schemas) == 1 else ())):
            if candidate in schemas:
                return RelationName(self.database, candidate, name)
        return None

    def columns(self, table: RelationName) -> tuple[str, ...]:
        """Its columns in order."""
        return tuple(self._columns.get((table.schema, table.name), ()))


_EQUAL = frozenset({"="})
_RANGE = frozenset({"<", ">", "<=", ">="})
_PATTERNS = frozenset({A_Expr_Kind.AEXPR_LIKE, A_Expr_Kind.AEXPR_ILIKE})
_CONTAINS = frozenset({"@>", "<@", "&&", "?", "?|", "?&", "@@", "@?", "@@@"})
_SIMILAR = frozenset({"~", "~*", "%", "%>", "<%"})
_BETWEEN = frozenset({A_Expr_Kind.AEXPR_BETWEEN, A_Expr_Kind.AEXPR_BETWEEN_SYM})

_Scope = dict[str, Access | None]
"""FROM items by alias; None stands for a subquery, CTE, function or view, whose columns are not a table's."""


class _Walk:
    """The state of one statement's walk: the accesses found, the CTE names in sight."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.accesses: list[Access] = []
        self.unresolved: list[str] = []
        self.ctes: set[str] = set()

    # --- names ---

    def relation(self, node: Node, scope: _Scope) -> Access | None:
        """Put a FROM item into the scope; an Access where it is a table."""
        alias = node.alias.aliasname if node.alias else node.relname
        if node.schemaname is None and node.relname in self.ctes:
            scope[alias] = None
            return None
        table = self.catalogue.find(node.schemaname, node.relname)
        if table is None:
            self.unresolved.append(f"{node.relname} is no table of this database that we know (a view is not expanded)")
            scope[alias] = None
            return None
        access = Access(table, alias)
        self.accesses.append(access)
        scope[alias] = access
        return access

    def resolve(self, node: Node, scopes: tuple[_Scope, ...]) -> tuple[Access, str] | None:
        """The table and column that a reference means, innermost scope first; None for anything else."""
        names = [part.sval for part in node.fields if isinstance(part, ast.String)]
        if len(names) != len(node.fields) or not names:
            return None
        column = names[-1]
        for scope in scopes:
            if len(names) > 1:
                if names[-2] in scope:
                    access = scope[names[-2]]
                    return (access, column) if access and column in self.catalogue.columns(access.table) else None
                continue
            holders = [one for one in scope.values() if one and column in self.catalogue.columns(one.table)]
            if holders:
                return holders[0], column
            if None in scope.values():
                return None
        return None

    def references(self, node: Node, scopes: tuple[_Scope, ...]) -> list[tuple[Access, str]]:
        """All table columns below a node, subqueries left out."""
        found = []
        if isinstance(node, ast.ColumnRef):
            one = self.resolve(node, scopes)
            return [one] if one else []
        if isinstance(node, ast.Node) and not isinstance(node, QUERIES):
            for child in nodes(node):
                found += self.references(child, scopes)
        return found

    # --- expressions ---

    def read(self, node: Node, scopes: tuple[_Scope, ...]) -> None:
        """Note every column that an expression reads, and walk its subqueries."""
        if isinstance(node, QUERIES):
            self.query(node, scopes)
            return
        if isinstance(node, ast.ColumnRef):
            self._read_column(node, scopes)
            return
        for child in nodes(node):
            self.read(child, scopes)

    def _read_column(self, node: Node, scopes: tuple[_Scope, ...]) -> None:
        if isinstance(node.fields[-1], ast.A_Star):
            names = [part.sval for part in node.fields[:-1]]
            for alias, access in scopes[0].items():
                if access is not None and (not names or names[-1] == alias):
                    access.whole_row = True
            return
        found = self.resolve(node, scopes)
        if found:
            found[0].columns.add(found[1])
            found[0].reads[found[1]] += 1
        elif len(node.fields) == 1 and isinstance(node.fields[0], ast.String):
            whole = scopes[0].get(node.fields[0].sval)
            if whole is not None:
                whole.whole_row = True

    def key(self, node: Node, scopes: tuple[_Scope, ...]) -> tuple[Access, IndexColumn] | None:
        """The access and index key that an operand would be: a column, or an expression over one relation without parameters."""
        if isinstance(node, ast.ColumnRef):
            found = self.resolve(node, scopes)
            return (found[0], IndexColumn(found[1])) if found else None
        if not isinstance(node, ast.FuncCall | ast.TypeCast | ast.A_Expr | ast.CoalesceExpr):
            return None
        used = self.references(node, scopes)
        if not used or any(access is not used[0][0] for access, _ in used) or not is_fixed(node):
            return None
        return used[0][0], IndexColumn(None, unqualified(node))

    def conditions(self, node: Node, scopes: tuple[_Scope, ...], alternative: bool = False) -> None:
        """Split a WHERE or ON clause at AND (and, as alternatives, at OR) and note what each part bounds."""
        if node is None:
            return
        if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
            for part in node.args:
                self.conditions(part, scopes, alternative)
            return
        if not alternative:
            self._filter(node, scopes)
        if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.OR_EXPR:
            shared, arms = factored(node)
            for part in shared:  # as the planner does: what every arm says holds in any case
                self.conditions(part, scopes, alternative)
            for part in arms:
                self.conditions(part, scopes, True)
            return
        self.read(node, scopes)
        for access, use, key in self._judged(node, scopes):
            text = unqualified(node) if use is not Use.JOIN and is_fixed(node, literal_free=True) else None
            operator = node.name[-1].sval if use in (Use.CONTAINS, Use.SIMILAR, Use.PREFIX) else None
            access.conditions.append(Condition(use, key, text, alternative, operator))

    def _filter(self, node: Node, scopes: tuple[_Scope, ...]) -> None:
        """Note a condition on one relation alone that is the same at every call."""
        used = self.references(node, scopes)
        if not used or any(access is not used[0][0] for access, _ in used) or not is_fixed(node):
            return
        counted = Counter(column for _, column in used)
        used[0][0].filters.append(
            Filter(unqualified(node), tuple(sorted(counted.items())), not is_fixed(node, literal_free=True))
        )

    def _judged(self, node: Node, scopes: tuple[_Scope, ...]) -> list[tuple[Access, Use, IndexColumn]]:
        if isinstance(node, ast.A_Expr):
            return self._operator(node, scopes)
        if isinstance(node, ast.SubLink):
            return self._sublink(node, scopes)
        if isinstance(node, ast.NullTest):
            found = self.key(node.arg, scopes)
            use = Use.IS_NULL if node.nulltesttype == NullTestType.IS_NULL else Use.NOT_NULL
            return [(found[0], use, found[1])] if found else []
        negated = isinstance(node, ast.BoolExpr)
        found = (
            self.key(node.args[0] if negated else node, scopes) if negated or isinstance(node, ast.ColumnRef) else None
        )
        return [(found[0], Use.FALSE if negated else Use.TRUE, found[1])] if found else []

    def _sublink(self, node: Node, scopes: tuple[_Scope, ...]) -> list[tuple[Access, Use, IndexColumn]]:
        if node.subLinkType != SubLinkType.ANY_SUBLINK:
            return []
        outer = self.key(node.testexpr, scopes)
        return [(outer[0], Use.JOIN, outer[1])] if outer else []

    def _operator(self, node: Node, scopes: tuple[_Scope, ...]) -> list[tuple[Access, Use, IndexColumn]]:
        name = node.name[-1].sval
        left = self.key(node.lexpr, scopes)
        if node.kind in {A_Expr_Kind.AEXPR_IN, A_Expr_Kind.AEXPR_OP_ANY}:
            return [(left[0], Use.LIST, left[1])] if left and name == "=" else []
        if node.kind in _BETWEEN:
            return [(left[0], Use.RANGE, left[1])] if left else []
        if node.kind in _PATTERNS:
            return self._pattern(node, left, name)
        if node.kind == A_Expr_Kind.AEXPR_OP and name in _CONTAINS | _SIMILAR:
            key = left or (self.key(node.rexpr, scopes) if name in {"&&", "<@", "@>"} else None)
            return [(key[0], Use.CONTAINS if name in _CONTAINS else Use.SIMILAR, key[1])] if key else []
        if node.kind != A_Expr_Kind.AEXPR_OP or name not in _EQUAL | _RANGE:
            return []
        return self._compared(node, name in _EQUAL, scopes)

    @staticmethod
    def _pattern(
        node: Node, left: tuple[Access, IndexColumn] | None, name: str
    ) -> list[tuple[Access, Use, IndexColumn]]:
        """A pattern that starts with letters bounds a range; any other one, and one that is not known, is for trigrams as well."""
        if left is None or name not in {"~~", "~~*"}:
            return []
        constant = (
            node.rexpr.val.sval
            if isinstance(node.rexpr, ast.A_Const) and isinstance(node.rexpr.val, ast.String)
            else None
        )
        anchored = name == "~~" and (constant is None or constant[:1] not in {"%", "_", ""})
        found = [(left[0], Use.PREFIX, left[1])] if anchored else []
        if (constant or "")[:1] in {"%", "_"} or name == "~~*":
            found.append((left[0], Use.SIMILAR, left[1]))
        return found

    def _compared(self, node: Node, equal: bool, scopes: tuple[_Scope, ...]) -> list[tuple[Access, Use, IndexColumn]]:
        """Each side is a key if the other side does not read the same relation; a join if it reads another one."""
        found = []
        for side, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
            key = self.key(side, scopes)
            if key is None:
                continue
            others = self.references(other, scopes)
            if any(access is key[0] for access, _ in others):
                continue
            use = Use.JOIN if others and equal else Use.EQUAL if equal else Use.RANGE
            found.append((key[0], use, key[1]))
        return found

    # --- queries ---

    def source(self, node: Node, scope: _Scope, scopes: tuple[_Scope, ...]) -> list[Any]:
        """Put a FROM item into the scope; returns the ON conditions below it, to be judged when the scope is complete."""
        if isinstance(node, ast.RangeVar):
            self.relation(node, scope)
            return []
        if isinstance(node, ast.JoinExpr):
            waiting = self.source(node.larg, scope, scopes)
            before = list(scope.values())
            waiting += self.source(node.rarg, scope, scopes)
            self._using(node, before, [one for one in scope.values() if one not in before])
            return [*waiting, node.quals] if node.quals is not None else waiting
        alias = getattr(getattr(node, "alias", None), "aliasname", f"?{len(scope)}")
        if isinstance(node, ast.RangeSubselect):
            self.query(node.subquery, (scope, *scopes) if node.lateral else scopes)
        else:
            for child in nodes(node):
                self.read(child, (scope, *scopes))
        scope[alias] = None
        return []

    def _using(self, node: Node, left: list[Access | None], right: list[Access | None]) -> None:
        names = [one.sval for one in node.usingClause or ()]
        if node.isNatural and left and left[0] and right and right[0]:
            both = set(self.catalogue.columns(left[0].table)) & set(self.catalogue.columns(right[0].table))
            names = sorted(both)
        for name in names:
            for side in (left, right):
                for access in side:
                    if access is not None and name in self.catalogue.columns(access.table):
                        access.columns.add(name)
                        access.conditions.append(Condition(Use.JOIN, IndexColumn(name)))
                        break

    def query(self, node: Node, outer: tuple[_Scope, ...]) -> None:
        """Walk one query of any kind; `outer` are the scopes it is correlated with."""
        before = set(self.ctes)
        if node.withClause is not None:
            for cte in node.withClause.ctes:
                if node.withClause.recursive:
                    self.ctes.add(cte.ctename)
                self.query(cte.ctequery, outer)
                self.ctes.add(cte.ctename)
        if isinstance(node, ast.SelectStmt):
            self._select(node, outer)
        else:
            self._change(node, outer)
        self.ctes = before

    def _select(self, node: Node, outer: tuple[_Scope, ...]) -> None:
        if node.larg is not None:
            self.query(node.larg, outer)
            self.query(node.rarg, outer)
            return
        scope: _Scope = {}
        waiting: list[Any] = []
        for item in node.fromClause or ():
            waiting += self.source(item, scope, outer)
        scopes = (scope, *outer)
        for clause in (*waiting, node.whereClause):
            self.conditions(clause, scopes)
        for part in (
            node.targetList,
            node.groupClause,
            node.sortClause,
            node.distinctClause,
            node.windowClause,
            node.valuesLists,
        ):
            for one in part or ():
                for child in one if isinstance(one, tuple) else (one,):
                    if isinstance(child, ast.Node):
                        self.read(child, scopes)
        for one in (node.havingClause, node.limitCount, node.limitOffset):
            if one is not None:
                self.read(one, scopes)
        self._order(node, scopes)

    def _order(self, node: Node, scopes: tuple[_Scope, ...]) -> None:
        """Sort and group keys, where one relation gives all of them; else its leading sort keys, and what else wants an order."""
        sort = [(self.key(self._meant(one.node, node), scopes), one) for one in node.sortClause or ()]
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
        self._grouped(node, scopes)
        for one in node.windowClause or ():
            self._wanted([*(one.partitionClause or ()), *(item.node for item in one.orderClause or ())], node, scopes)
        if node.distinctClause:
            named = [one for one in node.distinctClause if isinstance(one, ast.Node)]
            self._wanted(
                named or [one.val for one in node.targetList or () if isinstance(one, ast.ResTarget)], node, scopes
            )
        for target in node.targetList or ():
            for call in calls(target):
                if call.funcname[-1].sval in {"min", "max"} and len(call.args or ()) == 1 and not node.groupClause:
                    self._wanted(list(call.args), node, scopes)
                if call.over is not None and isinstance(call.over, ast.Node):
                    orders = [item.node for item in call.over.orderClause or ()]
                    self._wanted([*(call.over.partitionClause or ()), *orders], node, scopes)

    def _grouped(self, node: Node, scopes: tuple[_Scope, ...]) -> None:
        group = [self.key(self._meant(one, node), scopes) for one in node.groupClause or ()]
        if group and all(group) and len({id(one[0]) for one in group if one}) == 1:
            columns = tuple(one[1].column for one in group if one and one[1].column)
            if len(columns) == len(group) and group[0]:
                group[0][0].group = columns

    def _wanted(self, nodes: list[Any], query: Node, scopes: tuple[_Scope, ...]) -> None:
        """Note an order over the nodes, where one relation gives all of them."""
        keys = [self.key(self._meant(one, query), scopes) for one in nodes]
        owners = {id(one[0]) for one in keys if one}
        if keys and all(keys) and len(owners) == 1 and keys[0]:
            order = tuple(one[1] for one in keys if one)
            if order not in keys[0][0].orders:
                keys[0][0].orders.append(order)

    @staticmethod
    def _meant(node: Node, query: Node) -> Any:
        """The target-list expression behind `ORDER BY 2` or `ORDER BY alias`; else the node itself."""
        targets = [one for one in query.targetList or () if isinstance(one, ast.ResTarget)]
        if isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer) and 1 <= node.val.ival <= len(targets):
            return targets[node.val.ival - 1].val
        if isinstance(node, ast.ColumnRef) and len(node.fields) == 1 and isinstance(node.fields[0], ast.String):
            return next((one.val for one in targets if one.name == node.fields[0].sval), node)
        return node

    def _change(self, node: Node, outer: tuple[_Scope, ...]) -> None:
        """INSERT, UPDATE, DELETE, MERGE."""
        scope: _Scope = {}
        target = self.relation(node.relation, scope)
        waiting: list[Any] = []
        if isinstance(node, ast.InsertStmt):
            if node.selectStmt is not None:
                self.query(node.selectStmt, outer)
        elif isinstance(node, ast.MergeStmt):
            waiting = [*self.source(node.sourceRelation, scope, outer), node.joinCondition]
        else:
            clause = node.fromClause if isinstance(node, ast.UpdateStmt) else node.usingClause
            for item in clause or ():
                waiting += self.source(item, scope, outer)
            waiting.append(node.whereClause)
        scopes = (scope, *outer)
        for condition in waiting:
            self.conditions(condition, scopes)
        if target is not None:
            target.is_target = target.whole_row = True
            assigned = list(getattr(node, "targetList", None) or getattr(node, "cols", None) or ())
            for when in getattr(node, "mergeWhenClauses", None) or ():
                assigned += list(when.targetList or ())
            target.written |= {one.name for one in assigned if one.name}
        for part in (getattr(node, "targetList", None), getattr(node, "mergeWhenClauses", None), node.returningList
                     if hasattr(node, "returningList") else None):  # fmt: skip
            for one in part or ():
                self.read(one, scopes)


def _sorted(key: IndexColumn, one: Node) -> IndexColumn:
    descending = one.sortby_dir == SortByDir.SORTBY_DESC
    first = one.sortby_nulls == SortByNulls.SORTBY_NULLS_FIRST or (
        descending and one.sortby_nulls == SortByNulls.SORTBY_NULLS_DEFAULT
    )
    return IndexColumn(key.column, key.expression, descending, first)


def predicates(text: str, catalogue: Catalogue) -> Predicates:
    """What the statement asks of each relation. Raises PredicateError where the text is not one SELECT or DML statement."""
    try:
        statements = pglast.parse_sql(text)
    except ParseError as error:
        raise PredicateError("the statement does not parse (cut off, or not normalised)") from error
    if len(statements) != 1 or not isinstance(statements[0].stmt, QUERIES):
        raise PredicateError("only a single SELECT, INSERT, UPDATE, DELETE or MERGE has predicates")
    walk = _Walk(catalogue)
    statement = statements[0].stmt
    walk.query(statement, ())
    limited = getattr(statement, "limitCount", None) is not None
    return Predicates(tuple(walk.accesses), tuple(dict.fromkeys(walk.unresolved)), limited)
