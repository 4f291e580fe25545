"""Which table and column a name in a statement means: FROM items by alias, innermost query first, CTEs in sight.

In come nodes of pglast, out come Accesses and index keys. Called by predicates.py and what it is made of.
"""

from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.sql.access import Access
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.trees import QUERIES, Node, ast, is_fixed, nodes, unqualified

Scope = dict[str, Access | None]
"""FROM items by alias; None stands for a subquery, CTE, function or view, whose columns are not a table's."""


class Names:
    """The names of one statement: the accesses found so far, what could not be resolved, the CTEs in sight."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.accesses: list[Access] = []
        self.unresolved: list[str] = []
        self.ctes: set[str] = set()

    def relation(self, node: Node, scope: Scope) -> Access | None:
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

    def resolve(self, node: Node, scopes: tuple[Scope, ...]) -> tuple[Access, str] | None:
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

    def references(self, node: Node, scopes: tuple[Scope, ...]) -> list[tuple[Access, str]]:
        """All table columns below a node, subqueries left out."""
        found = []
        if isinstance(node, ast.ColumnRef):
            one = self.resolve(node, scopes)
            return [one] if one else []
        if isinstance(node, ast.Node) and not isinstance(node, QUERIES):
            for child in nodes(node):
                found += self.references(child, scopes)
        return found

    def key(self, node: Node, scopes: tuple[Scope, ...]) -> tuple[Access, IndexColumn] | None:
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
