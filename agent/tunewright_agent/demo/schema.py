"""Builds the shop: tables, rows, keys, then the mistakes. Called by the demo's run and by its tests, with the superuser's URL."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files

import pglast
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from tunewright_agent.demo.server import DATABASE

APPLICATION_ROLE, BACK_OFFICE_ROLE = "shop", "backoffice"
"""Who runs the workload, and who leaves sessions open (hold.py): roles of their own, so that their statements can be told apart."""
SLOT = "warehouse_feed"
STATEMENT_DEADLINE_SECONDS = 60
_STEPS = ("tables", "rows", "keys", "mistakes")

_FORGET = """
SELECT pg_stat_reset_single_table_counters(oid) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN ('sessions', 'stock_movements')
"""
"""The shop has lived for years: the rows that were loaded a moment ago are no write load. Two tables' counters are mistakes themselves."""
Progress = Callable[[int, int], None]
"""Told (done, of) after each step."""


def _statements(step: str) -> tuple[str, ...]:
    """The statements of one file, one by one: VACUUM refuses to stand in a script that is sent as a whole."""
    text = (files("tunewright_agent.demo") / "sql" / f"{step}.sql").read_text(encoding="utf-8")
    return tuple(pglast.split(text))


def _roles(connection: psycopg.Connection) -> None:
    for role in (APPLICATION_ROLE, BACK_OFFICE_ROLE):
        name = sql.Identifier(role)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(name)
        )


def _fail_to_index(connection: psycopg.Connection) -> None:
    """Leave an invalid index behind, in the usual way: a unique one over values that are not unique."""
    try:
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY customers_phone_key ON customers (phone)")
    except errors.UniqueViolation:
        return
    raise RuntimeError("the demo's rows are wrong: the telephone numbers are unique")


def _work(connection: psycopg.Connection) -> Iterator[Callable[[], object]]:
    """All steps, in order."""
    for step in _STEPS:
        if step == "keys":
            # From here on the forgotten slot keeps every byte of WAL.
            slot = sql.SQL("SELECT pg_create_logical_replication_slot({}, 'pgoutput')").format(SLOT)
            yield partial(connection.execute, slot)
        for statement in _statements(step):
            yield partial(connection.execute, statement.encode())
    yield partial(_fail_to_index, connection)
    yield partial(_roles, connection)
    yield partial(connection.execute, _FORGET.encode())
    yield partial(connection.execute, "SELECT pg_stat_statements_reset()")


def build(url: str, on_progress: Progress = lambda _done, _of: None) -> str:
    """Make the database `shop` with all mistakes, and answer its URL. `url`: the superuser on any database of the demo's server.

    Takes some ten seconds on two cores. Raises psycopg.Error, within a minute a statement.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    shop = make_conninfo(url, dbname=DATABASE)
    options = f"-c statement_timeout={STATEMENT_DEADLINE_SECONDS}s -c auto_explain.log_min_duration=-1 -c pg_stat_statements.track=none"
    with psycopg.connect(shop, autocommit=True, connect_timeout=10, options=options) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        work = list(_work(connection))
        for done, step in enumerate(work, 1):
            step()
            on_progress(done, len(work))
    return shop
