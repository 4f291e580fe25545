"""One plain session of a MySQL or MariaDB server, by its address: for index advice on request, and for scratch and clone servers.

`mysql://USER:PASSWORD@HOST:PORT/DATABASE?ssl_ca=FILE`. A server that is not on this machine is only spoken to over TLS with its certificate and
name verified (by the machine's authorities, or those of ssl_ca): a password or an IAM token must not reach anybody else.
"""

import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql

from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable
from tunewright_analyzers.facts.snapshot import Engine

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
_NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
_DENIED = frozenset({1044, 1045, 1142, 1143, 1227, 1345, 1370, 1410})
_OVERRUN = frozenset({1969, 3024, 1205, 1317})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is. The password is never shown."""

    host: str
    port: int
    user: str
    password: str
    database: str
    authority: str | None

    def __repr__(self) -> str:
        return f"Address({self})"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def of(cls, url: str) -> "Address":
        """The parts of the URL; the password also from MYSQL_PWD. Raises ValueError for anything else."""
        place = urlsplit(url)
        if place.scheme not in {"mysql", "mariadb"} or not place.hostname:
            raise ValueError("write mysql://USER:PASSWORD@HOST:3306/DATABASE")
        password = unquote(place.password) if place.password is not None else os.environ.get("MYSQL_PWD", "")
        options = parse_qs(place.query)
        authority = options.get("ssl_ca", [None])[0]
        return cls(
            place.hostname,
            place.port or 3306,
            unquote(place.username or ""),
            password,
            unquote(place.path[1:]),
            authority,
        )

    def tls(self) -> ssl.SSLContext | None:
        """What verifies the server; None on this machine, unless an authority is given."""
        if self.host in _NEAR and self.authority is None:
            return None
        return ssl.create_default_context(cafile=self.authority)


class DirectSession:
    """A session with deadlines. Errors are the agent's own, without the server's message: that may quote a statement."""

    def __init__(self, address: Address, *, writes: bool = False) -> None:
        """Connects. `writes`: on a scratch or clone server; else the session is read only. Raises Unavailable, Denied."""
        self.address = address
        try:
            self._connection = pymysql.connect(
                host=address.host, port=address.port, user=address.user, password=address.password,
                database=address.database or None, charset="utf8mb4", autocommit=True, ssl=address.tls(),
                connect_timeout=int(CONNECT_SECONDS), read_timeout=ANSWER_SECONDS, write_timeout=ANSWER_SECONDS,
                program_name="tunewright",
            )  # fmt: skip
        except (pymysql.Error, OSError) as error:
            raise self._told("connecting", error) from error
        rows = self.execute("SELECT VERSION() AS version")
        self.version = str(rows[0]["version"])
        self.engine = Engine.MARIADB if "mariadb" in self.version.lower() else Engine.MYSQL
        if not writes:
            self.execute("SET SESSION TRANSACTION READ ONLY")

    def execute(self, text: str, values: Sequence[Any] | None = None) -> Sequence[Mapping[str, Any]]:
        """The rows of one statement, by column. Raises SourceError."""
        try:
            with self._connection.cursor(pymysql.cursors.DictCursor) as cursor:
                cursor.execute(text, values)
                return list(cursor.fetchall())
        except (pymysql.Error, OSError) as error:
            raise self._told(f"a statement that begins with {text.split()[0].upper()}", error) from error

    def insert(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """INSERT of many rows. Raises SourceError."""
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(text, rows)
        except (pymysql.Error, OSError) as error:
            raise self._told("INSERT", error) from error

    def identity(self) -> str:
        """What tells this server from any other: its UUID, in MariaDB its data folder and server id."""
        if self.engine is Engine.MARIADB:
            row = self.execute("SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir, ':', @@server_id) AS name")[0]
        else:
            row = self.execute("SELECT @@server_uuid AS name")[0]
        return str(row["name"])

    def _told(self, doing: str, error: Exception) -> SourceError:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else None
        said = f"{self.address}: {doing} failed" + (f" with error {number}" if number else f" ({type(error).__name__})")
        if number in _DENIED:
            return Denied(said, "see `tunewright grants --engine mysql`")
        if number in _OVERRUN or isinstance(error, TimeoutError):
            return Overrun(said)
        if number in {2003, 2006, 2013, 2055} or isinstance(error, OSError):
            return Unavailable(said)
        return SourceError(said)

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
