"""What the live tests of the MySQL sources share: accounts of three kinds, one pass of one source, a section of it."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import mysql_servers
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.sources.mysql import grants
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import Collected, Source, discover
from tunewright_analyzers.facts.snapshot import Section

SectionT = TypeVar("SectionT", bound=Section)
SECRET = "s3cr3t-literal"
PASSWORD = "swordfish-7"


def statements(script: str) -> list[str]:
    """The statements of a script as the mysql client would send them."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [one.strip() for one in "\n".join(lines).split(";\n") if one.strip()]


def run(url: str, *texts: str) -> None:
    """Run statements as the URL's account."""
    with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
        for text in texts:
            cursor.execute(text)


def value(url: str, text: str) -> object:
    """The first column of the first row."""
    with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(text)
        row = cursor.fetchone()
        return None if row is None else row[0]


@contextmanager
def as_account(kind: str, server: EmbeddedMysql, database: str = "") -> Iterator[str]:
    """The URL of `root`, of an account that ran `tunewright grants` (`granted`), or of one that may do nothing (`stranger`)."""
    if kind == "root":
        yield server.url(database)
        return
    name = f"u_{uuid.uuid4().hex[:10]}"
    script = grants.sql(name).replace("CHANGE_ME", PASSWORD) if kind == "granted" else ""
    run(server.url(), *(statements(script) or [f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'"]))
    try:
        yield server.url("", name, PASSWORD)
    finally:
        run(server.url(), f"DROP USER '{name}'@'%'")


def source_of(name: str) -> Source[Reader]:
    """A fresh source of that name."""
    return next(one for one in discover(PACKAGE) if one.name == name)


def collect(url: str, name: str, *databases: str) -> Collected:
    """One pass of one source. Raises SourceError."""
    reader = Reader(url, include=databases)
    try:
        return source_of(name).collect(reader, datetime.now(UTC))
    finally:
        reader.close()


def section(collected: Collected, kind: type[SectionT]) -> SectionT:
    """The section of that class."""
    return next(one for one in collected.sections if isinstance(one, kind))


def eventually(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds; fails after so many seconds."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.05)
