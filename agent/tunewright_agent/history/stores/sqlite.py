"""The SQLite file: opened with WAL, bounded, and set aside where it is damaged. Every fault is a HistoryError with its mend.

Who may do what (Mode): the daemon OWNs the file: it makes it, and sets a damaged one aside and begins a fresh one, at start or
later. The command line READs it or WRITEs to it while the daemon does too; it never makes one and never moves one.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, MetaData, QueuePool, create_engine, event, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from tunewright_agent.history import schema
from tunewright_agent.history.database import DamagedError, HistoryError, Mode, RefusedError
from tunewright_agent.history.retention import Retention
from tunewright_agent.history.stores.bound import bound

_log = structlog.get_logger("history")
BUSY_SECONDS = 5
TURN_SECONDS = 30
"""How long one writer of this process waits for another."""


_OPENED_BY = {Mode.OWN: "mode=rwc", Mode.WRITE: "mode=rw", Mode.READ: "mode=ro"}
_PREPARATION = {
    Mode.OWN: ("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"),
    Mode.WRITE: ("PRAGMA synchronous = NORMAL",),
    Mode.READ: ("PRAGMA query_only = ON",),
}


def explained(error: BaseException | None, path: Path) -> HistoryError:
    """The HistoryError for what the driver said, by SQLite's own code: its wording changes, and none of it is the user's SQL."""
    code = str(getattr(error, "sqlite_errorname", ""))
    said = f"{str(error) or 'no reason given'}{f', {code}' if code else ''}"
    if code.startswith("SQLITE_FULL"):
        return HistoryError(
            f"{path}: the disk is full: free some room or lower history.max_size; what was stored stays"
        )
    if code.startswith("SQLITE_IOERR"):
        return HistoryError(
            f"{path}: cannot be written or read ({said}): the disk is full, a limit on file sizes was reached, or it fails; "
            "free some room; what was stored stays"
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return HistoryError(f"{path}: cannot be opened ({said}): give this account access to the file and its folder")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return HistoryError(f"{path}: another process holds it: run one agent for each history file")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return DamagedError(f"{path}: the file is damaged ({said})")
    if code.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG")):
        return RefusedError(f"{path}: the store does not take a value ({code}); please report it")
    return HistoryError(f"{path}: {said}")


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Driver errors leave as HistoryError."""
    try:
        yield
    except DBAPIError as error:
        raise explained(error.orig, path) from error
    except sqlite3.Error as error:  # from the connect event, which SQLAlchemy does not wrap
        raise explained(error, path) from error


class SqliteFile:
    """One file, of one agent. `transaction()` and `reading()` give a connection; a fault inside rolls back."""

    def __init__(self, path: Path, mode: Mode = Mode.OWN, tables: MetaData = schema.metadata) -> None:
        """`tables` are those of another file than the history (the outbox); `meta` among them holds the format's version."""
        self.path = path
        self.mode = mode
        self._tables = tables
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._turn = threading.Lock()

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def shared(self) -> bool:
        """A file has one owner."""
        return False

    def open(self) -> None:
        """Open the file. As its owner: make it (mode 0600), set a damaged one aside and begin a fresh one. Raises HistoryError."""
        with self._opening:
            try:
                self._open()
            except DamagedError as error:
                if self.mode is not Mode.OWN:
                    raise
                self._begin_anew(error)

    def _open(self) -> None:
        self._find()
        engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, max_overflow=-1, hide_parameters=True
        )
        event.listen(engine, "begin", _begin)
        try:
            with _translated(self.path):
                self._check(engine)
        except BaseException:
            engine.dispose()
            raise
        self._engine = engine

    def _find(self) -> None:
        try:
            if self.mode is Mode.OWN:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                if not self.path.exists():
                    self.path.touch(mode=0o600)
            elif not self.path.is_file():
                raise HistoryError(
                    f"{self.path}: there is no history file; `tunewright run --config FILE` makes it (history.path)"
                )
        except OSError as error:
            mend = "choose another history.path" if self.mode is Mode.OWN else "give this account access to it"
            raise HistoryError(f"{self.path}: cannot be opened: {error.strerror}; {mend}") from error

    def _connect(self) -> sqlite3.Connection:
        how = _OPENED_BY[self.mode]
        if self.mode is Mode.READ and not os.access(self.path.parent, os.W_OK) and not self._beside("-wal").exists():
            how += "&immutable=1"  # nobody has it open, and we could not make the shared-memory file that WAL asks for
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{how}",
            uri=True,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            isolation_level=None,  # transactions begin where we say: IMMEDIATE, so that two writers take turns
        )
        try:
            for statement in _PREPARATION[self.mode]:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _check(self, engine: Engine) -> None:
        """Sound, ours, and of a format that we know. A new file gets its tables. Raises HistoryError."""
        if self.mode is Mode.OWN:
            with _reader(engine).begin() as connection:
                if connection.execute(text("PRAGMA quick_check(1)")).scalar() != "ok":
                    raise DamagedError(f"{self.path}: the file is damaged (quick_check)")
        with (engine if self.mode is Mode.OWN else _reader(engine)).begin() as connection:
            tables = inspect(connection).get_table_names()
            if not tables and self.mode is Mode.OWN:
                self._tables.create_all(connection)
                connection.execute(schema.meta.insert().values(key="version", value=str(schema.VERSION)))
                return
            if not tables:
                raise HistoryError(f"{self.path}: holds nothing yet; `tunewright run --config FILE` fills it")
            self._check_format(connection, tables)
            if self.mode is Mode.OWN:
                self._tables.create_all(connection)  # those that came with a later release
                _add_columns(connection, self._tables)

    def _check_format(self, connection: Connection, tables: list[str]) -> None:
        version = None
        if schema.meta.name in tables:
            version = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == "version")).scalar()
        if version is None or not str(version).isdecimal():
            raise HistoryError(f"{self.path}: is another program's SQLite file: choose another history.path")
        if int(version) > schema.VERSION:
            raise HistoryError(
                f"{self.path}: written by a newer tunewright (format {version}): update, or choose another history.path"
            )

    def _begin_anew(self, error: DamagedError) -> Path:
        aside = self.set_aside()
        _log.error("history_set_aside", reason=str(error), kept_as=str(aside))
        self._open()
        return aside

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    def set_aside(self) -> Path:
        """Rename the file (and its journal) to NAME.damaged-TIME; nothing is deleted. Raises HistoryError."""
        self.close()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        target = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{os.getpid()}")
        try:
            for ending in ("", "-wal", "-shm"):
                source = self._beside(ending)
                if source.exists():
                    source.rename(target.with_name(target.name + ending))
        except OSError as error:
            raise HistoryError(
                f"{self.path}: is damaged and cannot be set aside: {error.strerror}; move it away"
            ) from error
        return target

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write, committed at the end. Raises HistoryError."""
        with self._my_turn(), self._within(self._opened()) as connection:
            yield connection

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Writers of one process wait here, in order, rather than for SQLite's lock."""
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise HistoryError(
                f"{self.path}: busy for {TURN_SECONDS} s with other work of this agent; it goes on later"
            )
        try:
            yield
        finally:
            self._turn.release()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads: it sees one state and waits for no writer. Raises HistoryError."""
        with self._within(_reader(self._opened())) as connection:
            yield connection

    @contextlib.contextmanager
    def _within(self, engine: Engine) -> Iterator[Connection]:
        try:
            with _translated(self.path), engine.begin() as connection:
                yield connection
        except DamagedError as error:
            raise self._replaced(engine, error) from error

    def _replaced(self, engine: Engine, error: DamagedError) -> HistoryError:
        """Damage seen while running: its owner sets the file aside at once (one thread of those who saw it); the next pass works."""
        if self.mode is not Mode.OWN:
            return error
        with self._opening:
            if self._engine is None or self._engine.pool is not engine.pool:
                return error  # another thread was first
            aside = self._begin_anew(error)
        return HistoryError(f"{error}; it was set aside as {aside.name} and a fresh one begun")

    def _opened(self) -> Engine:
        if self._engine is None:
            raise HistoryError(f"{self.path}: is not open")
        return self._engine

    @property
    def size_bytes(self) -> int:
        """The file with its write-ahead log, as it stands on disk."""
        size = 0
        for ending in ("", "-wal"):
            with contextlib.suppress(OSError):
                size += self._beside(ending).stat().st_size
        return size

    @property
    def used_bytes(self) -> int:
        """What the file will hold once freed pages are given back: readers may hold that up, so the bound counts this."""
        with self.reading() as connection:
            pages, free, page_bytes = (
                int(connection.execute(text(f"PRAGMA {name}")).scalar() or 0)
                for name in ("page_count", "freelist_count", "page_size")
            )
        return (pages - free) * page_bytes

    def shrink(self) -> None:
        """Give freed pages back to the file system; what a reader holds up is given back the next time. Raises HistoryError."""
        engine = self._opened()
        with _translated(self.path), contextlib.closing(engine.raw_connection()) as raw, self._my_turn():
            cursor = raw.cursor()
            cursor.executescript("PRAGMA incremental_vacuum")  # frees one page a step; `execute` makes one step only
            cursor.execute("PRAGMA busy_timeout = 0")  # a reader may stay for long
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # outside any transaction
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    @contextlib.contextmanager
    def upkeep(self) -> Iterator[bool]:
        """Its owner's."""
        yield True

    def prepare(self, now: float) -> None:
        """A file grows by itself."""

    def drop_old(self, retention: Retention, now: float) -> None:
        """Row by row, elsewhere."""

    def bound(self, max_bytes: int) -> tuple[str, ...]:
        """Drop the oldest of the finest points until the file fits; then the plans, texts and events seen longest ago."""
        return bound(self, max_bytes)

    def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _add_columns(connection: Connection, tables: MetaData) -> None:
    """Columns that came with a later release; they have defaults, so that an older one still writes."""
    known = inspect(connection)
    for table in tables.sorted_tables:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in (one for one in table.columns if one.name not in there):
            connection.execute(
                text(f'ALTER TABLE "{table.name}" ADD COLUMN {CreateColumn(column).compile(connection)}')
            )


def _reader(engine: Engine) -> Engine:
    """The same engine (and pool), its transactions begun without the write lock."""
    return engine.execution_options(only_reads=True)


def _begin(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("only_reads") else "BEGIN IMMEDIATE")
