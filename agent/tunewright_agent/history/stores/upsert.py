"""INSERT with ON CONFLICT, in the words of the store that the connection leads to. Both dialects know the same clauses."""

from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> postgresql.Insert:
    """An INSERT that takes `on_conflict_do_update` and `on_conflict_do_nothing`, of either dialect."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


def upsert(connection: Connection, table: Table, key: tuple[str, ...], rows: list[dict[str, Any]], keep: tuple[str, ...] = ()) -> None:  # fmt: skip
    """Write rows in one go; of a row that is there, every column but `key` and `keep` is replaced."""
    if not rows:
        return
    statement = insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*key, *keep)}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)
