"""INSERT with ON CONFLICT, in the words of the store that the connection leads to. Both dialects know the same clauses.

Many rows go into PostgreSQL by COPY: into a temporary table of the connection, and from there by one INSERT with the same clause. A few go
statement by statement in a pipeline, which needs one trip instead of three. Where they meet is measured: bench/results/store_writes.json.
"""

from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, MetaData, Table, select, text
from sqlalchemy.dialects import postgresql, sqlite

COPY_FROM = 500
"""Rows from which COPY takes less of both processors, and no more time."""


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


def load(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    rows: list[dict[str, Any]],
    changed: tuple[str, ...],
    where: ColumnElement[bool] | None = None,
) -> None:
    """Write rows that may be many; of a row that is there the `changed` columns are replaced, where `where` holds of it."""
    if not rows:
        return
    rows = list({tuple(row[name] for name in key): row for row in rows}.values())  # one command meets each key once
    statement = insert(connection, table)
    by_copy = connection.dialect.name == "postgresql" and len(rows) >= COPY_FROM
    if by_copy:
        staging = _copied(connection, table, rows)
        statement = statement.from_select(list(rows[0]), select(*staging.c))
    new = {name: statement.excluded[name] for name in changed}
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=new, where=where)
    if by_copy:
        connection.execute(statement)
    else:
        connection.execute(statement, rows)


def _copied(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> Table:
    """A temporary table of this connection with the rows; it is empty again after the transaction."""
    names = list(rows[0])
    staging = Table(f"staging_{table.name}", MetaData(), *(table.c[name]._copy() for name in names))
    of = f"(LIKE {table.name} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
    connection.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging.name} {of}"))
    driver: Any = connection.connection.driver_connection  # psycopg's, which SQLAlchemy has no word for COPY with
    with driver.cursor() as cursor, cursor.copy(f"COPY {staging.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])
    return staging
