"""Which columns of which relations a statement filters, joins, groups by, sorts by and reads.

In comes the text of one statement (normalised or not) and a Catalogue to resolve names; out comes one Access for every relation that the
statement reads or writes. Called by the index advisers. Aliases, subqueries, CTEs, USING, NATURAL, EXISTS, UPDATE, DELETE and MERGE are
resolved; views are not expanded, and what could not be resolved is named in `unresolved`.
"""

from collections import Counter
from typing import Any

import pglast
from pglast.enums import BoolExprType
from pglast.parser import ParseError

from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.sql.access import Access, Condition, Filter, PredicateError, Predicates, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.comparisons import bounds
from tunewright_analyzers.sql.orders import note_orders
from tunewright_analyzers.sql.scopes import Names, Scope
from tunewright_analyzers.sql.trees import QUERIES, Node, ast, factored, is_fixed, nodes, unqualified


class _Walk:
    """One statement's walk, every query below it included."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.names = Names(catalogue)

    def read(self, node: Node, scopes: tuple[Scope, ...]) -> None:
        """Note every column that an expression reads, and walk its subqueries."""
        if isinstance(node, QUERIES):
            self.query(node, scopes)
            return
        if isinstance(node, ast.ColumnRef):
            self._read_column(node, scopes)
            return
        for child in nodes(node):
            self.read(child, scopes)

    def _read_column(self, node: Node, scopes: tuple[Scope, ...]) -> None:
        if isinstance(node.fields[-1], ast.A_Star):
            names = [part.sval for part in node.fields[:-1]]
            for alias, access in scopes[0].items():
                if access is not None and (not names or names[-1] == alias):
                    access.whole_row = True
            return
        found = self.names.resolve(node, scopes)
        if found:
            found[0].columns.add(found[1])
            found[0].reads[found[1]] += 1
        elif len(node.fields) == 1 and isinstance(node.fields[0], ast.String):
            whole = scopes[0].get(node.fields[0].sval)
            if whole is not None:
                whole.whole_row = True

    def conditions(self, node: Node, scopes: tuple[Scope, ...], alternative: bool = False) -> None:
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
        for access, use, key in bounds(self.names, node, scopes):
            text = unqualified(node) if use is not Use.JOIN and is_fixed(node, literal_free=True) else None
            operator = node.name[-1].sval if use in (Use.CONTAINS, Use.SIMILAR, Use.PREFIX) else None
            access.conditions.append(Condition(use, key, text, alternative, operator))

    def _filter(self, node: Node, scopes: tuple[Scope, ...]) -> None:
        """Note a condition on one relation alone that is the same at every call."""
        used = self.names.references(node, scopes)
        if not used or any(access is not used[0][0] for access, _ in used) or not is_fixed(node):
            return
        counted = Counter(column for _, column in used)
        used[0][0].filters.append(
            Filter(unqualified(node), tuple(sorted(counted.items())), not is_fixed(node, literal_free=True))
        )

    def source(self, node: Node, scope: Scope, scopes: tuple[Scope, ...]) -> list[Any]:
        """Put a FROM item into the scope; returns the ON conditions below it, to be judged when the scope is complete."""
        if isinstance(node, ast.RangeVar):
            self.names.relation(node, scope)
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
            both = set(self.names.catalogue.columns(left[0].table)) & set(self.names.catalogue.columns(right[0].table))
            names = sorted(both)
        for name in names:
            for side in (left, right):
                for access in side:
                    if access is not None and name in self.names.catalogue.columns(access.table):
                        access.columns.add(name)
                        access.conditions.append(Condition(Use.JOIN, IndexColumn(name)))
                        break

    def query(self, node: Node, outer: tuple[Scope, ...]) -> None:
        """Walk one query of any kind; `outer` are the scopes it is correlated with."""
        before = set(self.names.ctes)
        if node.withClause is not None:
            for cte in node.withClause.ctes:
                if node.withClause.recursive:
                    self.names.ctes.add(cte.ctename)
                self.query(cte.ctequery, outer)
                self.names.ctes.add(cte.ctename)
        if isinstance(node, ast.SelectStmt):
            self._select(node, outer)
        else:
            self._change(node, outer)
        self.names.ctes = before

    def _select(self, node: Node, outer: tuple[Scope, ...]) -> None:
        if node.larg is not None:
            self.query(node.larg, outer)
            self.query(node.rarg, outer)
            return
        scope: Scope = {}
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
        note_orders(self.names, node, scopes)

    def _change(self, node: Node, outer: tuple[Scope, ...]) -> None:
        """INSERT, UPDATE, DELETE, MERGE."""
        scope: Scope = {}
        target = self.names.relation(node.relation, scope)
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
    return Predicates(tuple(walk.names.accesses), tuple(dict.fromkeys(walk.names.unresolved)), limited)
