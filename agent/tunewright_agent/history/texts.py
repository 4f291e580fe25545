"""The redacted texts of statements, by id; every cluster's in a shared store, so that only those wanted are asked for."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from tunewright_agent.history import schema

_AT_ONCE = 500


def texts_of(connection: Connection, statements: Collection[str]) -> dict[str, str]:
    """The texts of these statements, of those that are kept."""
    table, wanted = schema.texts, sorted(statements)
    found: dict[str, str] = {}
    for begin in range(0, len(wanted), _AT_ONCE):
        mine = table.c.statement.in_(wanted[begin : begin + _AT_ONCE])
        found |= {
            row.statement: row.text for row in connection.execute(select(table.c.statement, table.c.text).where(mine))
        }
    return found
