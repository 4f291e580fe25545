"""Make one database of the twin from a production Copy: definitions, statistics, file lengths. Says what it had to do without.

Everything that came from production is made and planned by a role without rights (`tunewright_planner`): a function of the user's that
the planner evaluates could otherwise run programs on the agent's machine as the twin's superuser.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql as pg

from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.whatif.twin_extended import restore_extended
from tunewright_agent.whatif.twin_files import first_segment_pages, set_btree, set_length
from tunewright_agent.whatif.twin_production import Copy, Row
from tunewright_analyzers.indexes.size import btree_height
from tunewright_analyzers.sql.identifiers import quoted

PLANNER = "tunewright_planner"
"""The twin's role that owns all copied objects and plans all statements."""
REACHES_OUT = frozenset(
    {"dblink", "postgres_fdw", "file_fdw", "adminpack", "pg_cron", "plpython3u", "plperlu", "pltclu"}
)
"""Extensions that could touch other servers or files: never made on the twin."""


def place(database: str) -> str:
    """The database's name on the twin: never `postgres` or `template1`, never too long."""
    return f"twin_{hashlib.sha256(database.encode()).hexdigest()[:16]}"


Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of the build, and what is missing if it fails."""

    what: str
    text: str


def _name(row: Row, key: str = "name") -> str:
    return f"{quoted(row['schema'])}.{quoted(row[key])}"


def _type(row: Row) -> str:
    if row["kind"] == "e":
        labels = ", ".join("'" + label.replace("'", "''") + "'" for label in row["labels"] or ())
        return f"CREATE TYPE {_name(row)} AS ENUM ({labels})"
    if row["kind"] == "d":
        return f"CREATE DOMAIN {_name(row)} AS {row['base']} " + " ".join(row["checks"] or ())
    if row["kind"] == "r":
        return f"CREATE TYPE {_name(row)} AS RANGE (SUBTYPE = {row['subtype']})"
    return f"CREATE TYPE {_name(row)} AS ({', '.join(row['attributes'] or ())})"


def _table(row: Row) -> str:
    text = f"CREATE TABLE {_name(row)} ({', '.join(row['columns'] or ())})"
    if row["partition_key"]:
        return f"{text} PARTITION BY {row['partition_key']}"
    workers = row["parallel_workers"]
    return f"{text} WITH (parallel_workers = {int(workers)})" if workers else text


def _attach(row: Row) -> Iterator[Step]:
    for parent in row["parents"] or ():
        partition = f"ALTER TABLE {parent} ATTACH PARTITION {_name(row)} {row['bound']}"
        text = partition if row["bound"] else f"ALTER TABLE {_name(row)} INHERIT {parent}"
        yield Step(f"inheritance of {row['schema']}.{row['name']}", text)


def _constraint(row: Row) -> Step:
    only = "ONLY " if row["kind"] == "p" and row["type"] in "pux" else ""
    text = f"ALTER TABLE {only}{_name(row, 'table_name')} ADD CONSTRAINT {quoted(row['name'])} {row['definition']}"
    return Step(f"constraint {row['name']} of {row['schema']}.{row['table_name']}", text)


def _relations(copy: Copy) -> Iterator[Step]:
    """Tables, their checks (a partition must have its parent's), and how they hang together."""
    for row in copy.tables:
        yield Step(f"table {row['schema']}.{row['name']}", _table(row))
    yield from (_constraint(row) for row in copy.constraints if row["type"] == "c")
    for row in copy.tables:
        yield from _attach(row)


def _access_paths(copy: Copy) -> Iterator[Step]:
    """Keys, indexes, and the partitions of both."""
    yield from (_constraint(row) for row in copy.constraints if row["type"] in "pux")
    for row in copy.indexes:
        if not row["of_constraint"]:
            yield Step(f"index {row['schema']}.{row['name']}", row["definition"])
    for row in copy.indexes:
        if row["parent"]:
            text = f"ALTER INDEX {row['parent']} ATTACH PARTITION {_name(row)}"
            yield Step(f"partition of index {row['schema']}.{row['name']}", text)


def steps(copy: Copy) -> Iterator[Step]:
    """The statements that make the schema, in an order that mostly works at the first try."""
    for row in copy.schemas:
        yield Step(f"schema {row['name']}", f"CREATE SCHEMA {quoted(row['name'])}")
    for row in copy.types:
        yield Step(f"type {row['schema']}.{row['name']}", _type(row))
    for row in copy.functions:
        yield Step(f"function {row['schema']}.{row['name']}", row["definition"])
    yield from _relations(copy)
    yield from _access_paths(copy)
    yield from (_constraint(row) for row in copy.constraints if row["type"] == "f")
    for row in copy.views:
        yield Step(f"view {row['schema']}.{row['name']}", f"CREATE VIEW {_name(row)} AS {row['definition']}")


def because(error: psycopg.Error) -> str:
    """Why a statement failed on the twin, without values of the user's: only classes that speak of names quote the server."""
    state = error.sqlstate or ""
    said = error.diag.message_primary or ""
    return said if state[:2] in {"42", "0A", "3F", "2B"} and state != "42601" else type(error).__name__


def _run(connection: Connection, work: list[Step]) -> list[str]:
    """Run the steps; those that fail are tried again until a round brings nothing more. Returns what failed and why."""
    while work:
        failed: list[tuple[Step, str]] = []
        for step in work:
            try:
                connection.execute(step.text.encode())
            except psycopg.Error as error:
                if connection.broken:
                    raise
                failed.append((step, because(error)))
        if len(failed) == len(work):
            return [f"{step.what}: {reason}" for step, reason in failed]
        work = [step for step, _ in failed]
    return []


def _create_database(server: EmbeddedServer, copy: Copy) -> list[str]:
    """The empty database with production's collation, or the nearest there is. Text order decides whether LIKE can use an index."""
    locale = "C" if copy.locale in {"C", "POSIX"} or copy.provider == "b" else copy.locale
    without: list[str] = []
    with psycopg.connect(server.url(), autocommit=True) as admin:
        for wanted in dict.fromkeys((locale, "C.UTF-8")):
            try:
                admin.execute(
                    pg.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE {}").format(
                        pg.Identifier(place(copy.database)), pg.Identifier(PLANNER), pg.Literal(wanted)
                    )
                )  # fmt: skip
                break
            except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):
                without.append(f"collation {wanted} (C.UTF-8 instead): this machine does not have it")
    return without


def _create_extensions(server: EmbeddedServer, copy: Copy) -> list[str]:
    without = []
    with psycopg.connect(server.url(place(copy.database)), autocommit=True) as admin:
        admin.execute(pg.SQL("GRANT ALL ON SCHEMA public TO {}").format(pg.Identifier(PLANNER)))
        admin.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
        for row in copy.extensions:
            if row["name"] in REACHES_OUT:
                without.append(f"extension {row['name']}: it could reach other servers or files")
                continue
            if row["schema"] not in {"public", "pg_catalog"}:
                admin.execute(pg.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                    pg.Identifier(row["schema"]), pg.Identifier(PLANNER)))  # fmt: skip
            try:
                admin.execute(pg.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(
                    pg.Identifier(row["name"]), pg.Identifier(row["schema"])))  # fmt: skip
            except psycopg.Error:
                without.append(f"extension {row['name']}: the embedded PostgreSQL does not bring it")
    return without


_ATTRIBUTE = """
SELECT pg_restore_attribute_stats('schemaname', %(schemaname)s::text, 'relname', %(tablename)s::text, 'attname', %(attname)s::text,
  'inherited', %(inherited)s::bool, 'null_frac', %(null_frac)s::real, 'avg_width', %(avg_width)s::int, 'n_distinct', %(n_distinct)s::real,
  'most_common_vals', %(most_common_vals)s::text, 'most_common_freqs', %(most_common_freqs)s::real[],
  'histogram_bounds', %(histogram_bounds)s::text, 'correlation', %(correlation)s::real, 'most_common_elems', %(most_common_elems)s::text,
  'most_common_elem_freqs', %(most_common_elem_freqs)s::real[], 'elem_count_histogram', %(elem_count_histogram)s::real[])
"""
_RELATION = """
SELECT pg_restore_relation_stats('schemaname', %s::text, 'relname', %s::text, 'relpages', %s::int, 'reltuples', %s::real,
  'relallvisible', %s::int)
"""


def _restore_statistics(connection: Connection, copy: Copy) -> list[str]:
    for row in (*copy.tables, *copy.indexes):
        with suppress(psycopg.errors.UndefinedTable):  # named already when its making failed
            visible = row.get("all_visible_pages", 0)
            connection.execute(_RELATION, (row["schema"], row["name"], row["pages"], row["row_estimate"], visible))
    failed: dict[str, int] = {}
    for row in copy.statistics:
        try:
            connection.execute(_ATTRIBUTE, row)
        except psycopg.Error:
            if connection.broken:
                raise
            table = f"{row['schemaname']}.{row['tablename']}"
            failed[table] = failed.get(table, 0) + 1
    return [f"statistics of {count} columns of {table}" for table, count in sorted(failed.items())]


def _first_key_bytes(connection: Connection, oid: int) -> float:
    row = connection.execute(
        "SELECT CASE WHEN a.attlen > 0 THEN a.attlen ELSE COALESCE(s.stawidth, 16) END FROM pg_attribute a JOIN pg_index x ON"
        " x.indexrelid = a.attrelid LEFT JOIN pg_statistic s ON s.starelid = x.indrelid AND s.staattnum = x.indkey[0]"
        " WHERE a.attrelid = %s AND a.attnum = 1",
        (oid,),
    ).fetchone()
    return float(str(row[0])) if row else 16.0


def _extend_files(server: EmbeddedServer, copy: Copy) -> None:
    """Give every relation its length, with no page of it in the server's buffers."""
    with psycopg.connect(server.url(place(copy.database)), autocommit=True) as admin:
        made: Mapping[tuple[str, str], tuple[int, str]] = {
            (str(row[0]), str(row[1])): (int(str(row[2])), str(row[3]))
            for row in admin.execute(
                "SELECT n.nspname, c.relname, c.oid, pg_relation_filepath(c.oid) FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_relation_filepath(c.oid) IS NOT NULL"
            )
        }
        admin.execute("CHECKPOINT")
        admin.execute("SELECT pg_buffercache_evict_all()")
        for row in (*copy.tables, *copy.indexes):
            found = made.get((row["schema"], row["name"]))
            if found is None:
                continue
            oid, path = found[0], Path(server.data / found[1])
            pages = copy.pages[int(row["oid"])]
            if row.get("method") == "btree" and pages > 1:
                set_btree(path, pages, btree_height(pages - 1, _first_key_bytes(admin, oid)))
            elif pages > first_segment_pages(path):
                set_length(path, pages)


def build(server: EmbeddedServer, copy: Copy) -> tuple[str, ...]:
    """Make the database on a running twin. Returns what it had to do without, one line each. Raises psycopg.Error if the twin fails."""
    without = _create_database(server, copy) + _create_extensions(server, copy)
    with psycopg.connect(server.url(place(copy.database), PLANNER), autocommit=True, prepare_threshold=None) as planner:
        planner.execute(
            "SET check_function_bodies = off; SET client_min_messages = error; SET statement_timeout = '30s'"
        )
        without += _run(planner, list(steps(copy)))
        without += _restore_statistics(planner, copy)
        without += restore_extended(server.url(place(copy.database)), planner, copy.extended)
    _extend_files(server, copy)
    without += [f"{row['kind']} {row['schema']}.{row['name']}" for row in copy.unseen]
    if copy.hidden_columns:
        without.append(
            f"statistics of {copy.hidden_columns} columns that the role may not read: run the SQL of `tunewright grants` in {copy.database}"
        )
    return tuple(without)
