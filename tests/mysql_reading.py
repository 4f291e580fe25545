"""What the live tests of the MySQL sources share: accounts of three kinds, one pass of one source, a section of it."""

import struct
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import pymysql

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


def eventually(done: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until something holds; fails after so many seconds."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.2)  # InnoDB renews what it tells of waits only where nobody has read it for 0.1 s


class Prepared:
    """A statement prepared over the binary protocol, as drivers with server-side prepared statements do.

    PyMySQL speaks the text protocol only, so the two commands are put on its connection here: COM_STMT_PREPARE and COM_STMT_EXECUTE
    (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html). For a SELECT without parameters.
    """

    def __init__(self, connection: "pymysql.connections.Connection[pymysql.cursors.Cursor]", text: str) -> None:
        self.connection = connection
        connection._execute_command(0x16, text)
        answer = connection._read_packet()
        _, self.id, columns = struct.unpack("<BIH", answer.get_all_data()[:7])
        assert columns > 0, "a SELECT is wanted"
        self._to_end()

    def _to_end(self) -> None:
        while not self.connection._read_packet().is_eof_packet():
            pass

    def execute(self) -> None:
        """Run it, and read its rows to the end."""
        self.connection._execute_command(0x17, struct.pack("<IBI", self.id, 0, 1))
        self.connection._read_packet()  # how many columns
        self._to_end()
        self._to_end()
