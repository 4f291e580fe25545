"""What the live tests of the PostgreSQL sources share: set a database up, read it as some role, and find a section."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import grants
from tunewright_agent.sources.postgres.session import PACKAGE, Reader
from tunewright_agent.sources.source import Collected, Source, SourceError, discover
from tunewright_analyzers.facts.snapshot import Section

SectionT = TypeVar("SectionT", bound=Section)

SECRET = "s3cr3t-literal"
PASS_SECONDS = 60.0
SHOP = f"""
CREATE EXTENSION pg_stat_statements;
CREATE SCHEMA "the Shop";
REVOKE ALL ON SCHEMA "the Shop" FROM PUBLIC;
CREATE TABLE "the Shop".orders (id serial PRIMARY KEY, v text DEFAULT '{SECRET}' CHECK (v <> 'x{SECRET}'), w text);
CREATE INDEX ON "the Shop".orders (lower(v));
CREATE TABLE "the Shop".guarded (id int, v text);
ALTER TABLE "the Shop".guarded ENABLE ROW LEVEL SECURITY;
INSERT INTO "the Shop".orders (w) SELECT 'w{SECRET}' FROM generate_series(1, 100);
INSERT INTO "the Shop".guarded SELECT 1, 'g{SECRET}' FROM generate_series(1, 100);
ANALYZE "the Shop".orders, "the Shop".guarded;
"""
"""Relations, sequences and planner statistics, with a literal in the rows, a default and a constraint."""


@contextmanager
def session(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection whose session has ended, its counters handed in, when the block has.

    A driver's close says farewell and does not wait: on a busy machine the backend may book its rows after what the next session looks at, or
    after it has reset the counters. The server closes its end of the socket last of all, and a copy of ours sees that.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        kept = socket.socket(fileno=os.dup(connection.fileno()))
        kept.settimeout(PASS_SECONDS)
        yield connection
    with kept, suppress(ConnectionError):
        while kept.recv(4096):
            pass


def run(url: str, *statements: str) -> None:
    """Run each text (of one or more statements) by itself, as the URL's user, in a session of its own that has ended then."""
    with session(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def value(url: str, statement: str) -> Any:
    """The first column of the first row."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def name_of(url: str) -> str:
    """The database that a URL names."""
    return str(value(url, "SELECT current_database()"))


@contextmanager
def reader(url: str, *more: str) -> Iterator[Reader]:
    """A Reader that watches the URL's database (and `more`); closed at the end."""
    made = Reader(url, include=(name_of(url), *more))
    try:
        yield made
    finally:
        made.close()


def collect(url: str, source: Source[Reader]) -> Collected:
    """One pass of a source with a Reader of its own, in as much time as a busy machine needs. Raises SourceError."""
    with reader(url) as made, made.within(max(source.deadline_seconds, PASS_SECONDS)):
        return source.collect(made, datetime.now(UTC))


def section(collected: Collected, kind: type[SectionT]) -> SectionT:
    """The section of that class."""
    return next(one for one in collected.sections if isinstance(one, kind))


@contextmanager
def role(server: EmbeddedServer, database: str, script: str | None = None) -> Iterator[str]:
    """The URL of a new role that may only log in, or of the one that `script` (with {role}) makes, run in that database."""
    name = f"R {uuid.uuid4().hex[:10]}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server.url(database), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(identifier))
        if script is not None:
            admin.execute(script.replace("{role}", name).encode())
    try:
        yield server.url(database, f"R%20{name[2:]}")
    finally:
        with psycopg.connect(server.url(database), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP OWNED BY {}").format(identifier))
            admin.execute(sql.SQL("DROP ROLE {}").format(identifier))


@contextmanager
def as_role(kind: str, server: EmbeddedServer, url: str) -> Iterator[str]:
    """The URL as `superuser`, as the `granted` role, as a `stranger`, or as a `stranger beside grants` to another role."""
    database = name_of(url)
    with ExitStack() as stack:
        if kind == "superuser":
            yield url
            return
        if kind == "stranger beside grants":
            stack.enter_context(role(server, database, grants.sql("{role}")))
        yield stack.enter_context(role(server, database, grants.sql("{role}") if kind == "granted" else None))


def attempt(url: str, source: Source[Reader]) -> Collected | SourceError:
    """What a pass brought or why it did not; any other exception passes."""
    try:
        return collect(url, source)
    except SourceError as error:
        return error


def sources() -> tuple[Source[Reader], ...]:
    """A fresh one of every PostgreSQL source."""
    return discover(PACKAGE)


def source_of(name: str) -> Source[Reader]:
    """A fresh one of the source of that name."""
    return next(source for source in sources() if source.name == name)
