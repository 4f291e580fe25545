"""Connections to one PostgreSQL server: read only, with deadlines, counted; and what kind of server it is.

Used by every source of this folder through `Reader`; connection.py sets what every session has. A watchdog cuts the socket at the
deadline of the call, because a server that accepts TCP and then goes silent would hang libpq for ever.
"""

import contextlib
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from tunewright_agent.sources.passes import Passes
from tunewright_agent.sources.postgres.connection import APPLICATION_NAME as APPLICATION_NAME
from tunewright_agent.sources.postgres.connection import Limits as Limits
from tunewright_agent.sources.postgres.connection import Row as Row
from tunewright_agent.sources.postgres.connection import connect
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable, Unsupported
from tunewright_agent.sources.sqlfile import marked, statement
from tunewright_agent.watchdog import Watchdog, shut
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap
from tunewright_analyzers.sql.identifiers import quoted

PACKAGE = "tunewright_agent.sources.postgres"


@dataclass(frozen=True, slots=True)
class Server:
    """What the server said of itself when we connected. `identity` tells one server from another behind the same name."""

    version: int
    flavour: Flavour
    identity: str
    started_at: datetime
    in_recovery: bool
    user: str
    is_superuser: bool
    memberships: frozenset[str]
    databases: tuple[str, ...]
    """Databases that the role may connect to and that are watched."""
    aurora_version: str | None = None

    @property
    def engine(self) -> Engine:
        """PostgreSQL."""
        return Engine.POSTGRESQL

    @property
    def major(self) -> int:
        """15 for 150018."""
        return self.version // 10000

    def may(self, role: str) -> bool:
        """Whether our role is a member of `role` (or is superuser)."""
        return self.is_superuser or role in self.memberships

    def grant(self, role: str) -> str:
        """The statement that makes our role a member of `role`."""
        return f"GRANT {role} TO {quoted(self.user)};"


def translate(error: psycopg.Error, doing: str) -> SourceError:
    """The SourceError for a driver error; `doing` names what was read. The server's text is used only where it holds no literal."""
    state = error.sqlstate or ""
    primary = (error.diag.message_primary or str(error)).strip().splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, errors.InsufficientPrivilege):
        return Denied(f"{doing}: {primary}")
    if isinstance(error, errors.LockNotAvailable):
        return Overrun(f"{doing}: another session holds a lock on it; skipped rather than queued behind it")
    if isinstance(error, errors.SyntaxError):  # its message quotes the text near the fault
        return Unsupported(f"{doing}: the server does not accept the syntax")
    if isinstance(error, errors.QueryCanceled):
        return Overrun(f"{doing}: ended by statement_timeout")
    if isinstance(error, errors.CharacterNotInRepertoire | errors.UntranslatableCharacter):
        return Unsupported(
            f"{doing}: the database holds names or texts that are not UTF-8 (is its encoding SQL_ASCII?)",
            "rename what has such a name, or move the data to a database of encoding UTF8",
        )
    if state[:2] in {"42", "0A", "55"}:
        return Unsupported(f"{doing}: {primary}")
    if isinstance(error, psycopg.OperationalError) or not state:
        return Unavailable(f"{doing}: {primary}")
    # Class 22 and the like quote the offending value: the state's name says enough.
    return SourceError(f"{doing}: the server answered with SQLSTATE {state} ({type(error).__name__})")


def _cut(connection: psycopg.Connection[Row]) -> None:
    with contextlib.suppress(psycopg.Error):  # closed meanwhile
        shut(connection.fileno())


class Session:
    """One connection to one database. Every call has a deadline; every error is a SourceError.

    `left` says how many seconds the pass that uses it still has.
    """

    def __init__(
        self, connection: psycopg.Connection[Row], database: str, major: int, limits: Limits, left: Callable[[], float]
    ) -> None:
        self.left = left
        self.connection = connection
        self.database = database
        self.major = major
        self.limits = limits

    def query(
        self,
        name: str,
        parameters: Sequence[object] | None = None,
        *,
        mark: str | None = None,
        major: int | None = None,
        schema: str | None = None,
        seconds: float | None = None,
    ) -> list[Row]:
        """Rows of the SQL file `name`, chosen by release (`major` where an extension's own release decides). Raises SourceError.

        `mark` is the source that the cost is booked to; `schema` stands for `{schema}` in the text.
        """
        text = statement(PACKAGE, name, major or self.major, mark)
        if schema is not None:
            name = quoted(schema)  # with parameters, the driver reads a per cent sign as the start of one
            text = text.replace("{schema}", name if parameters is None else name.replace("%", "%%"))
        return self.execute(text, parameters, doing=name, seconds=seconds)

    def execute(
        self, text: str, parameters: Sequence[object] | None = None, *, doing: str, seconds: float | None = None
    ) -> list[Row]:
        """Rows of a statement; `doing` names it in errors. An empty list where it returns none. Raises SourceError."""
        limit = min(seconds or self.limits.statement_seconds + 1, self.left())
        if limit <= 0:
            raise Overrun(f"{doing}: the pass had used up its time before")
        with Watchdog(partial(_cut, self.connection), limit) as watchdog:
            try:
                cursor = self.connection.execute(text, parameters)
                return cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                if watchdog.fired:
                    raise Overrun(f"{doing}: no answer within {limit:g} s; the connection was cut") from error
                raise translate(error, doing) from error

    @property
    def usable(self) -> bool:
        """Whether the connection is open and outside any transaction."""
        if self.connection.closed or self.connection.broken:
            return False
        return self.connection.info.transaction_status is TransactionStatus.IDLE

    @property
    def dropped(self) -> bool:
        """Whether the server has ended this idle connection: an idle server says nothing, except when it goes."""
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))


@dataclass(slots=True)
class Reader:
    """What the PostgreSQL sources are given: the server's kind, and sessions by database within the cap on connections.

    Not shared between threads except through `session`, which hands one connection to one user at a time. `clock` is monotonic.
    """

    url: str
    limits: Limits = field(default_factory=Limits)
    include: tuple[str, ...] = ()
    """Names of databases to watch; empty: all that allow connections."""
    exclude: tuple[str, ...] = ("rdsadmin", "template0", "template1")
    clock: Callable[[], float] = time.monotonic
    password: Callable[[], str] | None = None
    """Asked at each new connection, so that a rotated secret is found without a restart. Raises SourceError."""
    _server: Server | None = field(init=False, default=None)
    _home: str | None = field(init=False, default=None)
    """The database that the URL names, once known."""
    _idle: list[Session] = field(init=False, default_factory=list)
    _busy: int = field(init=False, default=0)
    """Sessions in use or being opened; with the idle ones never more than the cap."""
    _slots: threading.BoundedSemaphore = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        self._passes = Passes(self.clock)
        self._slots = threading.BoundedSemaphore(self.limits.connections)

    @property
    def home(self) -> str | None:
        """The database that the URL names; None before the first connection."""
        return self._home

    @property
    def server(self) -> Server:
        """The server's kind, read once a connection. Raises SourceError."""
        if self._server is None:
            with self.session() as session:
                self._server = self._identify(session)
        return self._server

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """A pass of this thread that must end in `seconds`."""
        return self._passes.within(seconds)

    def left(self) -> float:
        """Seconds that this thread's pass still has."""
        return self._passes.left()

    def forget(self) -> None:
        """Read the server's kind again at the next call: after a lost connection it may be another server."""
        self._server = None

    def _identify(self, session: Session) -> Server:
        row = session.query("server")[0]
        names = [
            name for name in row["databases"] if name not in self.exclude and (not self.include or name in self.include)
        ]
        aurora = (
            row["aurora"]
            and session.execute(marked("server", "SELECT aurora_version() AS v"), doing="aurora_version")[0]["v"]
        )
        flavour = Flavour.AURORA if aurora else Flavour.RDS if row["rds"] else Flavour.SELF_MANAGED
        return Server(
            version=row["version"],
            flavour=flavour,
            identity=f"{row['system_identifier'] or row['address']}:{row['started_at'].isoformat()}",
            started_at=row["started_at"],
            in_recovery=row["in_recovery"],
            user=row["role"],
            is_superuser=row["is_superuser"],
            memberships=frozenset(row["memberships"]),
            databases=tuple(names),
            aurora_version=aurora or None,
        )

    @contextlib.contextmanager
    def session(self, database: str | None = None) -> Iterator[Session]:
        """A session on `database` (default: the URL's own). Waits for a free place within the cap. Raises SourceError."""
        if not self._slots.acquire(timeout=max(0.0, min(self.limits.statement_seconds, self.left()))):
            raise Overrun(f"all {self.limits.connections} of our own connections are busy")
        session: Session | None = None
        try:
            session = self._reserve(database) or self._open(database)
            yield session
        except Unavailable:
            self.forget()
            if session is not None:
                self.close()  # what cut this connection has cut the idle ones too
            raise
        finally:
            self._give_back(session)
            self._slots.release()

    def _reserve(self, database: str | None) -> Session | None:
        """Take a place, with an idle session of that database where there is one; else close as many as a new one needs."""
        with self._lock:
            self._busy += 1
            wanted = database or self._home
            for session in [one for one in self._idle if one.database == wanted]:
                self._idle.remove(session)
                if session.usable and not session.dropped:
                    return session
                session.connection.close()
            while len(self._idle) + self._busy > self.limits.connections:
                away = next((one for one in self._idle if one.database != self._home), self._idle[0])
                self._idle.remove(away)
                away.connection.close()
        return None

    def _give_back(self, session: Session | None) -> None:
        with self._lock:
            self._busy -= 1
            if session is not None and session.usable:
                self._idle.append(session)
            elif session is not None:
                session.connection.close()

    def _open(self, database: str | None) -> Session:
        left = self.left()
        if left <= 0:
            raise Overrun("the pass had used up its time before it could connect")
        limits = replace(self.limits, connect_seconds=min(self.limits.connect_seconds, left))
        password = self.password() if self.password is not None else None
        connection = connect(self.url, database, limits, password=password)
        if database is None:
            self._home = connection.info.dbname
        return Session(
            connection, connection.info.dbname, connection.info.server_version // 10000, self.limits, self.left
        )

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._lock:
            while self._idle:
                self._idle.pop().connection.close()


def each_database(
    reader: Reader, source: str, sections: tuple[str, ...], taken_at: Any, read: Callable[[Session], None]
) -> tuple[Gap, ...]:
    """Run `read` in a session on every watched database; a database that fails leaves a Gap and costs no other its data.

    Raises the SourceError itself where every database failed.
    """
    gaps: list[Gap] = []
    last: SourceError | None = None
    databases = reader.server.databases  # read once: a failing database makes the reader look at the server anew
    for database in databases:
        try:
            with reader.session(database) as session:
                read(session)
        except SourceError as error:
            last = error
            gaps.append(Gap(source, error.reason, taken_at, error.mend, database, sections))
    if last is not None and len(gaps) == len(databases):
        raise last
    return tuple(gaps)
