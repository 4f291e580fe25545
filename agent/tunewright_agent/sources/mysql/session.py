"""Connections to one server of the MySQL family: read only, with deadlines, counted; and what kind of server it is.

Used by every source of this folder through `Reader`; connection.py sets what every session has. A watchdog cuts the socket at the
deadline of the call, because a server that sends a byte now and then would outlast the driver's read_timeout.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pymysql

from tunewright_agent.sources.mysql.address import Address, read
from tunewright_agent.sources.mysql.connection import ACCOUNT, PING, Connection, Limits, connect, translate
from tunewright_agent.sources.mysql.connection import Row as Row
from tunewright_agent.sources.mysql.iam import Tokens
from tunewright_agent.sources.passes import Passes
from tunewright_agent.sources.source import Overrun, SourceError, Unavailable, Unsupported
from tunewright_agent.sources.sqlfile import marked, statement
from tunewright_agent.watchdog import Watchdog
from tunewright_analyzers.facts.snapshot import Engine, Flavour
from tunewright_analyzers.sql.mysql.identifiers import account_quoted

PACKAGE = "tunewright_agent.sources.mysql"
SYSTEM = frozenset({"mysql", "sys", "information_schema", "performance_schema", "ndbinfo", "tunewright"})
"""Schemas that no user's tables are in."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the server said of itself when we connected. `identity` tells one server from another behind the same name.

    The start is no part of it: Uptime counts whole seconds from another moment than the clock, so two readers would see two servers.
    """

    version: int
    engine: Engine
    flavour: Flavour
    identity: str
    started_at: datetime
    account: str
    """Whom we are, as CURRENT_USER() has it."""
    is_read_only: bool
    performance_schema: bool
    aurora_version: str | None = None

    @property
    def major(self) -> int:
        """8 for 80045, 10 for MariaDB's 101118."""
        return self.version // 10000

    @property
    def is_mariadb(self) -> bool:
        """Whether it is MariaDB, whose tables of statistics are fewer."""
        return self.engine is Engine.MARIADB

    def grant(self, what: str) -> str:
        """The statement that gives our account `what` (`PROCESS ON *.*`)."""
        return f"GRANT {what} TO {account_quoted(self.account)};"


def _cut(connection: Connection) -> None:
    wire: socket.socket | None = getattr(connection, "_sock", None)
    if wire is not None:
        wire.shutdown(socket.SHUT_RDWR)


class Session:
    """One connection. Every call has a deadline; every error is a SourceError. `left`: seconds that the pass using it still has."""

    def __init__(self, connection: Connection, limits: Limits, left: Callable[[], float], account: str = "") -> None:
        self.left = left
        self.connection = connection
        self.limits = limits
        self.account = account
        self.last_used = 0.0

    def query(
        self,
        name: str,
        parameters: Sequence[object] | None = None,
        *,
        mark: str | None = None,
        needs: str | None = None,
    ) -> list[Row]:
        """Rows of the SQL file `name`. `needs`: the privilege without which the server refuses it. Raises SourceError."""
        return self.execute(statement(PACKAGE, name, 0, mark), parameters, doing=name, needs=needs)

    def execute(
        self,
        text: str,
        parameters: Sequence[object] | None = None,
        *,
        doing: str = "explain",
        needs: str | None = None,
        seconds: float | None = None,
    ) -> list[Row]:
        """Rows of a statement; `doing` names it in errors. An empty list where it returns none. Raises SourceError."""
        limit = min(seconds or self.limits.statement_seconds + 1, self.left())
        if limit <= 0:
            raise Overrun(f"{doing}: the pass had used up its time before")
        mend = None if needs is None else f"GRANT {needs} TO {account_quoted(self.account)};"
        with Watchdog(partial(_cut, self.connection), limit) as watchdog:
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(text, parameters)
                    return list(cursor.fetchall()) if cursor.description else []
            except (pymysql.err.MySQLError, OSError, RuntimeError) as error:
                if watchdog.fired:
                    raise Overrun(f"{doing}: no answer within {limit:g} s; the connection was cut") from None
                raise translate(error, doing, mend) from error  # its number is asked for; its text goes nowhere

    def columns(self, table: str, needs: str | None = None) -> frozenset[str]:
        """Names (lower case) of a table's columns: how features are detected. Raises SourceError."""
        limit = min(self.limits.statement_seconds + 1, self.left())
        mend = None if needs is None else f"GRANT {needs} TO {account_quoted(self.account)};"
        with Watchdog(partial(_cut, self.connection), max(limit, 0.01)) as watchdog:
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(marked("columns", f"SELECT * FROM {table} LIMIT 0"))
                    return frozenset(str(one[0]).lower() for one in cursor.description or ())
            except (pymysql.err.MySQLError, OSError, RuntimeError) as error:
                if watchdog.fired:
                    raise Overrun(f"{table}: no answer within {limit:g} s; the connection was cut") from None
                raise translate(error, table, mend) from None

    @property
    def usable(self) -> bool:
        """Whether the connection is open."""
        return bool(self.connection.open)


@dataclass(slots=True)
class Reader:
    """What the MySQL sources are given: the server's kind, and sessions within the cap on connections.

    Not shared between threads except through `session`, which hands one connection to one user at a time. `clock` is monotonic.
    """

    url: str
    limits: Limits = field(default_factory=Limits)
    include: tuple[str, ...] = ()
    """Databases to watch; empty: all that the account may see."""
    exclude: tuple[str, ...] = ()
    clock: Callable[[], float] = time.monotonic
    password: Callable[[], str] | None = None
    """Asked at each new connection, so that a rotated secret is found without a restart. Raises SourceError."""
    _server: Server | None = field(init=False, default=None)
    _address: Address | None = field(init=False, default=None)
    _tokens: Tokens | None = field(init=False, default=None)
    _idle: list[Session] = field(init=False, default_factory=list)
    _slots: threading.BoundedSemaphore = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        self._passes = Passes(self.clock)
        self._slots = threading.BoundedSemaphore(self.limits.connections)

    @property
    def server(self) -> Server:
        """The server's kind, read once a connection. Raises SourceError."""
        if self._server is None:
            with self.session() as session:
                self._server = _identified(session)
        return self._server

    def watches(self, database: str) -> bool:
        """Whether a database is one of those to watch."""
        chosen = not self.include or database in self.include
        return chosen and database.lower() not in SYSTEM and database not in self.exclude

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """A pass of this thread that must end in `seconds`."""
        return self._passes.within(seconds)

    def left(self) -> float:
        """Seconds that this thread's pass still has."""
        return self._passes.left()

    def forget(self) -> None:
        """Read the server's kind again at the next call: after a lost connection it may be another server."""
        self._server = None

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """A session. Waits for a free place within the cap. Raises SourceError."""
        if not self._slots.acquire(timeout=max(0.0, min(self.limits.statement_seconds, self.left()))):
            raise Overrun(f"all {self.limits.connections} of our own connections are busy")
        session: Session | None = None
        try:
            session = self._reserve() or self._open()
            yield session
        except Unavailable:
            self.forget()
            if session is not None:
                self._drop(session)
                session = None
            self.close()  # what cut this connection has cut the idle ones too
            raise
        except Overrun:
            if session is not None:  # its answer may still be on the way
                self._drop(session)
                session = None
            raise
        finally:
            if session is not None:
                session.last_used = self.clock()
                with self._lock:
                    self._idle.append(session)
            self._slots.release()

    def _reserve(self) -> Session | None:
        """An idle session that still answers."""
        while True:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                return None
            if session.usable and (self.clock() - session.last_used < 5 or self._answers(session)):
                return session
            self._drop(session)

    def _answers(self, session: Session) -> bool:
        """Whether a connection that has been idle is alive: the server ends those that are idle too long."""
        try:
            session.execute(marked("ping", PING), doing="ping", seconds=2.0)
        except SourceError:
            return False
        return True

    @staticmethod
    def _drop(session: Session) -> None:
        with contextlib.suppress(pymysql.err.MySQLError, OSError):
            session.connection.close()

    def _open(self) -> Session:
        left = self.left()
        if left <= 0:
            raise Overrun("the pass had used up its time before it could connect")
        if self._address is None:
            self._address = read(self.url)
            self._tokens = Tokens(self._address) if self._address.iam_region else None
        secret = self.password or self._tokens
        limits = replace(self.limits, connect_seconds=min(self.limits.connect_seconds, left))
        connection = connect(self._address, limits, self._address.password if secret is None else secret())
        session = Session(connection, self.limits, self.left)
        session.account = str(session.execute(marked("account", ACCOUNT), doing="account")[0]["a"])
        return session

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            self._drop(session)


def _variables(session: Session, *names: str) -> dict[str, str]:
    places = ", ".join(["%s"] * len(names))
    rows = session.execute(
        marked("server", f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({places})"), names, doing="server variables"
    )
    return {str(row["Variable_name"]).lower(): str(row["Value"]) for row in rows}


def numbered(version: str) -> int:
    """80045 for `8.0.45-1`, 101118 for `10.11.18-MariaDB`."""
    parts = [int(part) for part in version.split("-")[0].split(".")[:3] if part.isdigit()]
    major, minor, patch = [*parts, 0, 0, 0][:3]
    return major * 10000 + minor * 100 + min(patch, 99)


def _identified(session: Session) -> Server:
    known = _variables(
        session, "version", "version_comment", "server_uuid", "server_id", "hostname", "port", "read_only", "basedir",
        "performance_schema", "aurora_version", "aurora_server_id", "datadir", "server_uid",
    )  # fmt: skip
    uptime = session.execute(
        marked("server", "SHOW GLOBAL STATUS WHERE Variable_name = 'Uptime'"), doing="server status"
    )
    at = session.execute(marked("server", "SELECT UTC_TIMESTAMP(6) AS t"), doing="server time")[0]["t"]
    began = at.timestamp() if at.tzinfo else at.replace(tzinfo=UTC).timestamp()
    started = datetime.fromtimestamp(round(began - int(uptime[0]["Value"])), UTC)
    version = known.get("version", "")
    mariadb = "mariadb" in f"{version} {known.get('version_comment', '')}".lower()
    rds = known.get("basedir", "").startswith("/rdsdbbin") or known.get("datadir", "").startswith("/rdsdbdata")
    flavour = Flavour.AURORA if "aurora_version" in known else Flavour.RDS if rds else Flavour.SELF_MANAGED
    name = known.get("server_uuid") or known.get("server_uid") or f"{known.get('hostname')}:{known.get('port')}"
    return Server(
        numbered(version),
        Engine.MARIADB if mariadb else Engine.MYSQL,
        flavour,
        ":".join((name, known.get("server_id", ""), known.get("aurora_server_id", ""))),
        started,
        session.account,
        known.get("read_only", "OFF").upper() in {"ON", "1"},
        known.get("performance_schema", "OFF").upper() == "ON",
        known.get("aurora_version"),
    )


PERFORMANCE_SCHEMA = "SELECT ON performance_schema.*"


def need_performance_schema(server: Server, source: str) -> None:
    """Raise Unsupported where performance_schema is off: it needs a restart."""
    if not server.performance_schema:
        raise Unsupported(
            f"{source}: performance_schema is off, so the server counts nothing of it",
            "set performance_schema = ON in the server's configuration (on RDS: in the parameter group) and restart",
        )


def lowered(rows: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows with keys in lower case: what SHOW names differs by release."""
    return [{key.lower(): value for key, value in row.items()} for row in rows]
