"""Which columns of which tables a MySQL statement filters, joins, groups by, sorts by and reads: the same Predicates as PostgreSQL's.

In comes one statement (digest text or not) and a Catalogue; views are not expanded. Called by the index adviser.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlglot import exp

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.sql.access import Access, Condition, PredicateError, Predicates, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.mysql.parse import ParseFault, parse

_Scope = dict[str, Access | None]
_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_FIXED = (exp.Literal, exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.Null, exp.Boolean, exp.Interval)


def _use_of(node: Any) -> Use | None:
    """How BETWEEN, IN, IS NULL or LIKE bounds its left side; None for anything else."""
    if isinstance(node, exp.Between):
        return Use.RANGE
    if isinstance(node, exp.In):
        return Use.JOIN if node.args.get("query") else Use.LIST
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return Use.IS_NULL
    if isinstance(node, exp.Like) and isinstance(node.expression, _FIXED):
        pattern = node.expression
        loose = isinstance(pattern, exp.Literal) and str(pattern.this)[:1] in {"%", "_"}
        return Use.SIMILAR if loose else Use.PREFIX
    return None


class _Walk:
    """The state of one statement's walk: the accesses found, the names of common tables in sight."""

    def __init__(self, catalogue: Catalogue, database: str) -> None:
        self.catalogue = catalogue
        self.database = database
        self.accesses: list[Access] = []
        self.unresolved: list[str] = []
        self.ctes: set[str] = set()

    # --- names ---

    def table(self, node: Any, scope: _Scope) -> Access | None:
        """Put a FROM item into the scope; an Access where it is a table."""
        alias = node.alias_or_name
        scope[alias] = None
        if not isinstance(node, exp.Table) or (not node.db and node.name in self.ctes):
            return None
        found = self.catalogue.find(node.db or self.database, node.name)
        if found is None:
            self.unresolved.append(f"{node.name} is no table that we know (a view is not expanded)")
            return None
        access = Access(found, alias)
        self.accesses.append(access)
        scope[alias] = access
        return access

    def column(self, node: Any, scopes: tuple[_Scope, ...]) -> tuple[Access, str] | None:
        """The table and column that a reference means, innermost scope first."""
        name = node.name
        for scope in scopes:
            if node.table:
                if node.table in scope:
                    access = scope[node.table]
                    return (access, self._known(access, name)) if access and self._known(access, name) else None
                continue
            for access in scope.values():
                if access and self._known(access, name):
                    return access, self._known(access, name)
            if None in scope.values():
                return None
        return None

    def _known(self, access: Access, name: str) -> str:
        """The column as the table spells it (names of columns know no case in MySQL); empty where there is none."""
        lowered = name.lower()
        return next((one for one in self.catalogue.columns(access.table) if one.lower() == lowered), "")

    # --- expressions ---

    def read(self, node: Any, scopes: tuple[_Scope, ...]) -> None:
        """Note every column that an expression reads, and walk its subqueries."""
        if isinstance(node, exp.Query):
            self.query(node, scopes)
            return
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            table = node.table if isinstance(node, exp.Column) else ""
            for alias, access in scopes[0].items():
                if access is not None and table in {"", alias} and not isinstance(node.parent, exp.Count):
                    access.whole_row = True
            return
        if isinstance(node, exp.Column):
            found = self.column(node, scopes)
            if found:
                found[0].columns.add(found[1])
                found[0].reads[found[1]] += 1
            return
        for child in node.iter_expressions():
            self.read(child, scopes)

    def conditions(self, node: Any, scopes: tuple[_Scope, ...], alternative: bool = False) -> None:
        """Split WHERE or ON at AND (and, as alternatives, at OR) and note what each part bounds."""
        node = node.unnest()
        if isinstance(node, exp.And):
            for part in node.flatten():
                self.conditions(part, scopes, alternative)
            return
        if isinstance(node, exp.Or):
            for part in node.flatten():
                self.conditions(part, scopes, True)
            return
        self.read(node, scopes)
        for access, use, column in self._judged(node, scopes):
            access.conditions.append(Condition(use, IndexColumn(column), None, alternative))

    def _judged(self, node: Any, scopes: tuple[_Scope, ...]) -> Iterator[tuple[Access, Use, str]]:
        if isinstance(node, exp.EQ | exp.NullSafeEQ):
            yield from self._equal(node, scopes)
            return
        if isinstance(node, _RANGES):
            for side, other in ((node.this, node.expression), (node.expression, node.this)):
                found = self._bare(side, scopes)
                if found and not self._same(found[0], other, scopes):
                    yield found[0], Use.RANGE, found[1]
            return
        use = _use_of(node)
        found = self._bare(node.this, scopes) if use else None
        if found and use:
            yield found[0], use, found[1]

    def _equal(self, node: Any, scopes: tuple[_Scope, ...]) -> Iterator[tuple[Access, Use, str]]:
        left, right = self._bare(node.this, scopes), self._bare(node.expression, scopes)
        for mine, other, side in ((left, right, node.expression), (right, left, node.this)):
            if mine and not self._same(mine[0], side, scopes):
                joined = other is not None or any(self.column(one, scopes) for one in side.find_all(exp.Column))
                yield mine[0], Use.JOIN if joined else Use.EQUAL, mine[1]

    def _bare(self, node: Any, scopes: tuple[_Scope, ...]) -> tuple[Access, str] | None:
        inner = node.unnest()
        return self.column(inner, scopes) if isinstance(inner, exp.Column) else None

    def _same(self, access: Access, node: Any, scopes: tuple[_Scope, ...]) -> bool:
        """Whether the other side reads the same table: no index serves `a = b + 1` of one row."""
        found = [self.column(one, scopes) for one in node.find_all(exp.Column)]
        return any(one is not None and one[0] is access for one in found)

    # --- queries ---

    def query(self, node: Any, outer: tuple[_Scope, ...] = ()) -> None:
        """A SELECT, a set operation or a subquery in parentheses."""
        for cte in node.args["with_"].expressions if node.args.get("with_") else ():
            self.ctes.add(cte.alias_or_name)
            self.query(cte.this, outer)
        if isinstance(node, exp.SetOperation):
            self.query(node.this, outer)
            self.query(node.expression, outer)
        elif isinstance(node, exp.Subquery):
            self.query(node.this, outer)
        elif isinstance(node, exp.Select):
            self.select(node, outer)

    def select(self, node: Any, outer: tuple[_Scope, ...]) -> None:
        scope: _Scope = {}
        source = node.args.get("from_")
        joins = list(node.args.get("joins") or ())
        items = ([source.this] if source else []) + [join.this for join in joins]
        for item in items:
            self._item(item, scope, outer)
        scopes = (scope, *outer)
        for join in joins:
            if join.args.get("on") is not None:
                self.conditions(join.args["on"], scopes)
            for name in join.args.get("using") or ():
                self._using(name.name, scope)
        for expression in node.expressions:
            self.read(expression, scopes)
        for key in ("where", "having"):
            clause = node.args.get(key)
            if clause is not None:
                (self.conditions if key == "where" else self.read)(clause.this, scopes)
        self._grouped(node, scopes)
        self._sorted(node, scopes)

    def _item(self, item: Any, scope: _Scope, outer: tuple[_Scope, ...]) -> None:
        self.table(item, scope)
        if isinstance(item, exp.Subquery):
            self.query(item.this, outer)
        for join in item.args.get("joins") or ():
            self._item(join.this, scope, outer)
            if join.args.get("on") is not None:
                self.conditions(join.args["on"], (scope, *outer))

    def _using(self, name: str, scope: _Scope) -> None:
        for access in scope.values():
            if access and self._known(access, name):
                column = self._known(access, name)
                access.columns.add(column)
                access.conditions.append(Condition(Use.JOIN, IndexColumn(column)))

    def _keys(
        self, nodes: list[Any], scopes: tuple[_Scope, ...], aliases: dict[str, Any]
    ) -> tuple[Access, tuple[str, ...]] | None:
        """The one table that gives all keys, and the columns; None where several do or one is an expression."""
        found = []
        for node in nodes:
            inner = aliases.get(node.name, node) if isinstance(node, exp.Column) and not node.table else node
            one = self._bare(inner, scopes)
            if one is None:
                return None
            found.append(one)
        if not found or any(access is not found[0][0] for access, _ in found):
            return None
        return found[0][0], tuple(column for _, column in found)

    def _grouped(self, node: Any, scopes: tuple[_Scope, ...]) -> None:
        aliases = {one.alias: one.this for one in node.expressions if isinstance(one, exp.Alias)}
        group = node.args.get("group")
        if group is not None:
            self.read(group, scopes)
            keys = self._keys(group.expressions, scopes, aliases)
            if keys:
                keys[0].group = keys[1]
        elif node.args.get("distinct") is not None:
            keys = self._keys([one.this if isinstance(one, exp.Alias) else one for one in node.expressions], scopes, {})
            if keys:
                keys[0].orders.append(tuple(IndexColumn(column) for column in keys[1]))

    def _sorted(self, node: Any, scopes: tuple[_Scope, ...]) -> None:
        order = node.args.get("order")
        if order is None:
            return
        self.read(order, scopes)
        aliases = {one.alias: one.this for one in node.expressions if isinstance(one, exp.Alias)}
        keys = self._keys([one.this for one in order.expressions], scopes, aliases)
        if keys:
            descending = [bool(one.args.get("desc")) for one in order.expressions]
            keys[0].sort = tuple(IndexColumn(name, None, down) for name, down in zip(keys[1], descending, strict=True))

    # --- writes ---

    def write(self, tree: Any) -> None:
        """INSERT, UPDATE, DELETE: the target, what is assigned, and what the rest reads."""
        scope: _Scope = {}
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        self._item(target, scope, ())
        for join in tree.args.get("joins") or ():
            self._item(join.this, scope, ())
        scopes = (scope,)
        written = next((one for one in scope.values() if one), None)
        if isinstance(tree, exp.Insert):
            if written is not None:
                written.is_target = True
            if isinstance(tree.expression, exp.Query) and not isinstance(tree.expression, exp.Values):
                self.query(tree.expression)
            return
        for join in tree.args.get("joins") or ():
            if join.args.get("on") is not None:
                self.conditions(join.args["on"], scopes)
        self._assigned(tree, scopes)
        if isinstance(tree, exp.Delete) and written is not None:
            written.is_target = True
        for access in scope.values():
            if access is not None and access.is_target:
                access.whole_row = True
        if tree.args.get("where") is not None:
            self.conditions(tree.args["where"].this, scopes)
        self._sorted(tree, scopes)

    def _assigned(self, tree: Any, scopes: tuple[_Scope, ...]) -> None:
        for one in tree.expressions if isinstance(tree, exp.Update) else ():
            found = self._bare(one.this, scopes)
            if found:
                found[0].written.add(found[1])
                found[0].is_target = True
            self.read(one.expression, scopes)


def predicates(text: str, catalogue: Catalogue, database: str) -> Predicates:
    """What a statement asks of each table. `database`: where unqualified names are looked for. Raises PredicateError."""
    try:
        tree = parse(text)
    except ParseFault as fault:
        raise PredicateError(str(fault)) from fault
    walk = _Walk(catalogue, database)
    if isinstance(tree, exp.Query):
        walk.query(tree)
    elif isinstance(tree, exp.Insert | exp.Update | exp.Delete):
        walk.write(tree)
    else:
        raise PredicateError("the statement is none of SELECT, INSERT, UPDATE, DELETE")
    return Predicates(tuple(walk.accesses), tuple(walk.unresolved), tree.args.get("limit") is not None)


def tables_by_alias(text: str, database: str, *, every: bool = False) -> dict[str, RelationName]:
    """The table behind each alias of the statement; an alias that stands for two tables in it is left out.

    `every`: all tables, by a number where their alias is not unique. Raises ParseFault.
    """
    found: dict[str, set[RelationName]] = {}
    tree = parse(text)
    ctes = {one.alias_or_name for one in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db or table.name not in ctes:
            schema = table.db or database
            found.setdefault(table.alias_or_name, set()).add(RelationName(schema, schema, table.name))
    if every:
        return {
            f"{alias} {at}": name for alias, names in found.items() for at, name in enumerate(sorted(names, key=str))
        }
    return {alias: next(iter(names)) for alias, names in found.items() if len(names) == 1}


def with_tables(node: Any, tables: dict[str, RelationName]) -> Any:
    """A PlanNode tree in which each scan names the table that its alias stands for."""
    known = tables.get(node.alias or "")
    children = tuple(with_tables(child, tables) for child in node.children)
    return replace(node, children=children, relation=known if node.relation is not None and known else node.relation)
