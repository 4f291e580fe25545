"""Statements of roles, for the cases about what roles do not use."""

from cases.facts import relation, statement, statements
from cases.queries.facts import SHOP
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.roles import GuardedTable, Privileges, TableGrant, TableGrants
from tunewright_analyzers.facts.statements import StatementKey, Statements

__all__ = ["SHOP", "granted", "guarded", "ran"]
WRITES = ("INSERT", "UPDATE", "DELETE")


def ran(*texts: str | None, user: str = "app", **coverage: object) -> Statements:
    """Statements of one role, counted for sixty days."""
    rows = (
        statement(f"{at:016x}", text=text, key=StatementKey("shop", user, str(at))) for at, text in enumerate(texts)
    )
    return statements(*rows, **coverage)


def guarded(*names: str) -> Privileges:
    """Tables with row security."""
    return Privileges(guarded=tuple(GuardedTable(relation(name), "owner", False, 1) for name in names))


def granted(*names: str, to: str = "app", privileges: tuple[str, ...] = WRITES) -> TableGrants:
    """Rights to write to these tables."""
    return TableGrants(tuple(TableGrant(RelationName("shop", "public", name), to, privileges) for name in names))
