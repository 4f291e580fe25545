"""One plain session of a MySQL or MariaDB server, by its address: for index advice on request, and for scratch and clone servers.

The address, TLS, IAM tokens and limits are those of every session of the agent (address.py, connection.py); what is different: a scratch or clone
server may be written to, and answers may take longer.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import pymysql

from tunewright_agent.sources.mysql.address import read
from tunewright_agent.sources.mysql.connection import Limits, connect, translate
from tunewright_agent.sources.mysql.iam import Tokens
from tunewright_analyzers.facts.snapshot import Engine

ANSWER_SECONDS = 120.0
LOCK_SECONDS = 30
"""How long a change on a scratch or clone server waits for the table."""


class DirectSession:
    """A session with deadlines; errors tell no SQL."""

    def __init__(self, url: str, *, writes: bool = False, password: Callable[[], str] | None = None) -> None:
        """Connects; the password from `password`, the URL or MYSQL_PWD. `writes`: on a scratch or clone server. Raises SourceError."""
        self.address = read(url)
        if password is not None:
            secret = password()
        elif self.address.iam_region:
            secret = Tokens(self.address)()
        else:
            secret = self.address.password or os.environ.get("MYSQL_PWD", "")
        self._connection = connect(
            self.address, Limits(connections=1, connect_seconds=10.0, statement_seconds=ANSWER_SECONDS), secret
        )
        self.version = str(self.execute("SELECT VERSION() AS version")[0]["version"])
        self.engine = Engine.MARIADB if "mariadb" in self.version.lower() else Engine.MYSQL
        if writes:
            self.execute("SET SESSION TRANSACTION READ WRITE")
            self.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = {LOCK_SECONDS}")

    @property
    def database(self) -> str:
        """The address's own; empty where it names none."""
        return self.address.database or ""

    def execute(self, text: str, values: Sequence[Any] | None = None) -> Sequence[Mapping[str, Any]]:
        """The rows of one statement, by column. Raises SourceError."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text, values)
                return list(cursor.fetchall()) if cursor.description else []
        except (pymysql.err.MySQLError, OSError, RuntimeError) as error:
            raise translate(error, _doing(text), None) from None

    def insert(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """INSERT of many rows. Raises SourceError."""
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(text, rows)
        except (pymysql.err.MySQLError, OSError, RuntimeError) as error:
            raise translate(error, _doing(text), None) from None

    def identity(self) -> str:
        """What tells this server from any other: its UUID, in MariaDB its data folder and server id."""
        if self.engine is Engine.MARIADB:
            row = self.execute("SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir, ':', @@server_id) AS name")[0]
        else:
            row = self.execute("SELECT @@server_uuid AS name")[0]
        return str(row["name"])

    def close(self) -> None:
        """End it."""
        if self._connection.open:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _doing(text: str) -> str:
    return f"{text.split()[0].upper()} for index advice"
