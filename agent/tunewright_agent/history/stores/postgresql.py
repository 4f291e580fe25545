"""A history in PostgreSQL, shared by several agents. Every fault is a HistoryError with its mend; every call has a deadline.

The server's clock, its locks and its transactions decide between the agents. A transaction that lasts too long is cut from both ends:
the server ends it (a paused agent holds no lock for long), and a watchdog here shuts the socket of a server that went silent. Where
the server could not be reached, the next calls fail at once for RETRY_SECONDS: pages and lanes must not all wait for it.
"""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import psycopg
import structlog
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Engine, MetaData, QueuePool, Table, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tunewright_agent.config.secrets import SecretError
from tunewright_agent.history import schema
from tunewright_agent.history.database import AwayError, HistoryError, Mode, RefusedError
from tunewright_agent.history.retention import Retention
from tunewright_agent.history.stores import partitions
from tunewright_agent.watchdog import Watchdog, shut

_log = structlog.get_logger("history")
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 20
IDLE_SECONDS = 10
"""How long the server lets a transaction of ours do nothing: a paused agent's locks go after it."""
WRITE_SECONDS, READ_SECONDS = 30.0, 60.0
"""How long one transaction may take before its socket is shut."""
RETRY_SECONDS = 5.0
_SNAPSHOT = MappingProxyType({"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
CONNECTIONS = 8
SIZE_SECONDS = 60.0
_MAKING, _UPKEEP = 7_461_920_001, 7_461_920_002
"""Advisory locks of this program: of who makes tables and partitions, and of who is at the upkeep."""

_PARTITIONED = frozenset(one.name for one in schema.metadata.sorted_tables if partitions.is_partitioned(one))
_REPLACED = frozenset(
    {schema.latest.name, schema.judgements.name, schema.catalogues.name, schema.leases.name, schema.agents.name}
)
"""Tables whose rows are written anew at each pass."""


def _vacuum(table: Table) -> str:
    """Much sooner than at a fifth of the rows: each row is as often replaced as it is read."""
    soon = "autovacuum_vacuum_scale_factor = 0.02"
    return f"{soon}, toast.{soon}" if "payload" in table.columns else soon


class _Text(StrDumper):
    """PostgreSQL's text holds no NUL; a query's may."""

    def dump(self, obj: str) -> bytes | bytearray | memoryview | None:
        """The text with a mark in its place."""
        return super().dump(obj.replace("\x00", "\N{REPLACEMENT CHARACTER}"))


_LOGIN_REFUSED = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|role \S+ does not exist|not permitted to log in|permission denied for database"
    r"|certificate verify failed|root certificate file|does not match host name|does not support ssl"
)
"""What is said where waiting mends nothing. libpq keeps the SQLSTATE of a refused login to itself, so its words must do; those of another
language than English are not known: then the daemon waits, and says what it was told, instead of ending."""
_NO_DATABASE = re.compile(r"database \S+ does not exist")


def _refused(error: BaseException | None, place: str, said: str) -> HistoryError | None:
    """Why a connection was refused for good; None where it may be had later."""
    told = " ".join(str(error).lower().split())
    if _NO_DATABASE.search(told):
        return HistoryError(f"{place}: {said}: CREATE DATABASE tunewright OWNER …, and name it in history.url")
    if _LOGIN_REFUSED.search(told):
        return HistoryError(f"{place}: {said}: see history.url, history.password_from and the server's pg_hba.conf")
    return None


def explained(error: BaseException | None, place: str) -> HistoryError:
    """The HistoryError for what the driver said, by SQLSTATE; AwayError where it may pass. What stands in a value is never told."""
    state = str(getattr(error, "sqlstate", None) or "")
    if (
        isinstance(error, psycopg.ProgrammingError) and not state
    ):  # libpq quotes the part that it cannot read: a password, perhaps
        return HistoryError(
            f"{place}: history.url cannot be read: write % # / ? @ in it percent-encoded, and options as libpq has them"
        )
    diag = getattr(error, "diag", None)
    said = (getattr(diag, "message_primary", None) or str(error) or "no reason given").strip().splitlines()[0]
    if state[:2] in {"22", "23", "54"}:
        return RefusedError(f"{place}: the store does not take a value (SQLSTATE {state}); please report it")
    if state == "42501":
        return HistoryError(
            f"{place}: {said}: make the role the owner of a database of its own: CREATE DATABASE tunewright OWNER …"
        )
    if state == "3D000" or state == "3F000":
        return HistoryError(f"{place}: {said}: CREATE DATABASE tunewright OWNER …, and name it in history.url")
    if state[:2] == "28":
        return HistoryError(f"{place}: {said}: see history.url, history.password_from and the server's pg_hba.conf")
    if state[:2] == "53":
        return AwayError(f"{place}: the server lacks room ({said}): free some, or lower history.keep_1m and keep_5m")
    if state == "42P01":
        return HistoryError(f"{place}: a table is not there yet; `tunewright run --config FILE` makes it")
    if state == "25006":
        return AwayError(f"{place}: the server only reads (a standby?): name the primary in history.url")
    if state in {"57014", "25P03", "55P03"}:
        return AwayError(f"{place}: not done within its deadline ({said}); it goes on later")
    if not state and (refused := _refused(error, place, said)) is not None:
        return refused
    return AwayError(f"{place}: cannot be used now ({said}); it is tried again")


def _cut(connection: psycopg.Connection) -> None:
    with contextlib.suppress(psycopg.Error):  # closed meanwhile
        shut(connection.fileno())


def _watchdog(connection: Connection, seconds: float) -> Watchdog:
    return Watchdog(partial(_cut, cast("psycopg.Connection", connection.connection.driver_connection)), seconds)


def _ignored(_kind: object, error: BaseException | None, _trace: object) -> bool:
    """The lock is gone with its connection: what was done under it is done."""
    return isinstance(error, DBAPIError)


class PostgresqlStore:
    """One database of a PostgreSQL server (13 or later)."""

    def __init__(
        self,
        url: str,
        place: str,
        password: Callable[[], str] | None = None,
        mode: Mode = Mode.OWN,
        tables: MetaData = schema.metadata,
    ) -> None:
        """`place` is the address for people."""
        self.mode = mode
        self._url = url
        self._place = place
        self._password = password
        self._tables = tables
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._down: tuple[float, HistoryError] | None = None
        self._size = (0.0, 0)

    @property
    def place(self) -> str:
        """The address without user and password."""
        return self._place

    @property
    def shared(self) -> bool:
        """By all agents that name it."""
        return True

    def open(self) -> None:
        """Connect; as its owner, make what is missing. Raises HistoryError."""
        with self._opening:
            if self._engine is None:
                self._engine = create_engine(
                    "postgresql+psycopg://",
                    creator=self._connect,
                    poolclass=QueuePool,
                    pool_size=2,
                    max_overflow=CONNECTIONS - 2,
                    pool_timeout=CONNECT_SECONDS * 2,
                    pool_recycle=1800,
                    hide_parameters=True,
                )
            try:
                self._prepare_tables()
            except BaseException:
                self._dispose()
                raise

    def _connect(self) -> psycopg.Connection:
        secret = {} if self._password is None else {"password": self._password()}
        connection = psycopg.connect(
            self._url,
            connect_timeout=CONNECT_SECONDS,
            application_name="tunewright history",
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=int(WRITE_SECONDS * 1000),
            client_encoding="utf8",
            autocommit=True,
            **secret,  # type: ignore[arg-type]  # psycopg's overloads know no dict
        )
        limits = {
            "statement_timeout": STATEMENT_SECONDS * 1000,
            "lock_timeout": IDLE_SECONDS * 1000,
            "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        }
        for name, milliseconds in limits.items():
            connection.execute(f"SET {name} = {milliseconds}")
        if self.mode is Mode.READ:
            connection.execute("SET default_transaction_read_only = on")
        connection.adapters.register_dumper(str, _Text)
        connection.autocommit = False
        return connection

    def _prepare_tables(self) -> None:
        with self._within(WRITE_SECONDS) as connection:
            if self.mode is Mode.OWN:
                self._make(connection)
            tables = inspect(connection).get_table_names()
            if not tables:
                raise HistoryError(f"{self._place}: holds nothing yet; `tunewright run --config FILE` fills it")
            self._check_format(connection, tables)
        if self.mode is Mode.OWN and schema.deltas.name in self._tables.tables:
            with self.reading() as connection:
                at = float(connection.scalar(text("SELECT extract(epoch FROM now())")) or 0.0)
            self.prepare(at)

    def _make(self, connection: Connection) -> None:
        """Tables that are missing; one agent at a time: IF NOT EXISTS alone fails where two make the same one."""
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING})"))
        if self._tables is schema.metadata:
            partitions.create(connection)
        there = {*inspect(connection).get_table_names(), *_PARTITIONED}
        missing = [table for table in self._tables.sorted_tables if table.name not in there]
        self._tables.create_all(connection, tables=missing)
        for table in missing:  # only of fresh tables: it needs a moment alone with each
            if "payload" in table.columns:  # compressed already
                connection.execute(text(f"ALTER TABLE {table.name} ALTER payload SET STORAGE EXTERNAL"))
            if table.name in _REPLACED:
                connection.execute(text(f"ALTER TABLE {table.name} SET ({_vacuum(table)})"))
        if connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "version")) is None:
            connection.execute(schema.meta.insert().values(key="version", value=str(schema.VERSION)))

    def _check_format(self, connection: Connection, tables: list[str]) -> None:
        version = None
        if schema.meta.name in tables:
            version = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "version"))
        if version is None or not str(version).isdecimal():
            raise HistoryError(
                f"{self._place}: holds another program's tables: name a database of its own in history.url"
            )
        if int(version) > schema.VERSION:
            raise HistoryError(f"{self._place}: written by a newer tunewright (format {version}): update")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write, committed at the end. Raises HistoryError."""
        with self._within(WRITE_SECONDS) as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one state. Raises HistoryError."""
        with self._within(READ_SECONDS, _SNAPSHOT) as connection:
            yield connection

    @contextlib.contextmanager
    def _within(self, seconds: float, options: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Connection]:
        engine = self._opened().execution_options(**options)
        if self._down is not None and time.monotonic() < self._down[0]:
            raise type(self._down[1])(str(self._down[1]))
        cut = False
        try:
            with engine.connect() as connection, _watchdog(connection, seconds) as watchdog:
                self._down = None
                try:
                    with connection.begin():
                        yield connection
                except (DBAPIError, psycopg.Error):  # COPY's are psycopg's own
                    cut = watchdog.fired
                    raise
        except DBAPIError as error:
            if cut:
                raise self._is_down(AwayError(f"{self._place}: no answer within {seconds:g} s")) from error
            found = explained(error.orig, self._place)
            if error.connection_invalidated or not getattr(error.orig, "sqlstate", None):
                raise self._is_down(found) from error
            raise found from error
        except PoolTimeout as error:
            raise AwayError(f"{self._place}: all {CONNECTIONS} connections are busy; it goes on later") from error
        except psycopg.Error as error:  # from `creator`, which SQLAlchemy wraps where it knows the class, and from COPY
            if cut:
                raise self._is_down(AwayError(f"{self._place}: no answer within {seconds:g} s")) from error
            found = explained(error, self._place)
            raise (found if error.sqlstate else self._is_down(found)) from error
        except SecretError as error:
            raise HistoryError(f"{self._place}: history.password_from: {error}") from error
        except UnicodeEncodeError as error:
            raise RefusedError(f"{self._place}: the store does not take a text that is not Unicode") from error

    def _is_down(self, error: HistoryError) -> HistoryError:
        self._down = (time.monotonic() + RETRY_SECONDS, error)
        return error

    def _opened(self) -> Engine:
        if self._engine is None:
            raise HistoryError(f"{self._place}: is not open")
        return self._engine

    @property
    def size_bytes(self) -> int:
        """All tables of the schema that ours are in; measured once a minute. The last known where the store cannot be asked."""
        until, size = self._size
        if self._engine is not None and time.monotonic() >= until:
            with contextlib.suppress(HistoryError), self.reading() as connection:
                size = self._measured(connection)
            self._size = (time.monotonic() + SIZE_SECONDS, size)
        return size

    @staticmethod
    def _measured(connection: Connection) -> int:
        wanted = (
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        )
        return int(connection.scalar(text(f"{wanted} WHERE n.nspname = current_schema() AND c.relkind = 'r'")) or 0)

    @contextlib.contextmanager
    def upkeep(self) -> Iterator[bool]:
        """Of all agents one at a time; the lock goes with its connection."""
        with contextlib.ExitStack() as guard:
            try:
                connection = guard.enter_context(self._opened().connect())
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                mine = bool(connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_UPKEEP})")))
            except (DBAPIError, PoolTimeout, psycopg.Error, SecretError) as error:
                raise self._is_down(explained(getattr(error, "orig", error), self._place)) from error
            guard.push(_ignored)
            yield mine

    def prepare(self, now: float) -> None:
        """Make the partitions of soon. Raises HistoryError."""
        with self.reading() as connection:
            if not list(partitions.missing(connection, now)):
                return
        with self.transaction() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING})"))
            for one, start in list(
                partitions.missing(connection, now)
            ):  # asked again: another agent may have been first
                partitions.make(connection, one, start)

    def drop_old(self, retention: Retention, now: float) -> None:
        """Drop the partitions in which nothing is kept any more. Raises HistoryError."""
        with self.reading() as connection:
            over = list(partitions.ended(connection, retention, now))
        for one, start in over:
            with self.transaction() as connection:
                partitions.drop(connection, one, start)

    def bound(self, max_bytes: int) -> tuple[str, ...]:
        """Drop the oldest partitions of the finest points until the store fits. Raises HistoryError."""
        told: dict[str, str] = {}
        while True:
            with self.transaction() as connection:
                if self._measured(connection) <= max_bytes:
                    break
                at = float(connection.scalar(text("SELECT extract(epoch FROM now())")) or 0.0)
                first = partitions.finest(connection, at)
                if first is None:
                    told["nothing"] = "what is not yet a partition's age is larger than history.max_size: raise it"
                    break
                one, start = first
                if not partitions.drop(connection, one, start):
                    break
            told[one.parent] = f"{one.name(start)} and what is older of it were dropped to stay within history.max_size"
        self._size = (0.0, 0)
        return tuple(told.values())

    def shrink(self) -> None:
        """Autovacuum does it."""

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def close(self) -> None:
        """Close every connection."""
        self._dispose()
