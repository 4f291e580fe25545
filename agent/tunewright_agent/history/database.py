"""The SQLite file: opened with WAL, bounded, and set aside where it is damaged. Every fault is a HistoryError with its mend."""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from tunewright_agent.history import schema

_log = structlog.get_logger("history")
BUSY_SECONDS = 5


class HistoryError(Exception):
    """The history cannot be read or written. `str()` says which file, why, and what mends it. Nothing stored before is lost."""


class DamagedError(HistoryError):
    """The file is not a sound SQLite database."""


def explained(error: DatabaseError, path: Path) -> HistoryError:
    """The HistoryError for what the driver said."""
    said = str(error.orig).lower()
    if "full" in said or "disk i/o" in said:
        return HistoryError(
            f"{path}: the disk is full ({said}): free some room or lower history.max_size; what was stored stays"
        )
    if "readonly" in said or "unable to open" in said or "permission" in said:
        return HistoryError(
            f"{path}: cannot be opened for writing: give the agent's account write access to its folder"
        )
    if "locked" in said or "busy" in said:
        return HistoryError(f"{path}: another process holds it: run one agent for each history file")
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return DamagedError(f"{path}: the file is damaged ({said})")
    return HistoryError(f"{path}: {said}")


def packed(data: bytes) -> bytes:
    """Compressed JSON."""
    return zlib.compress(data, 6)


def unpacked(data: bytes) -> bytes:
    """What `packed` got. Raises DamagedError."""
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise DamagedError("a stored payload is damaged") from error


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")


class Database:
    """One history file. `transaction()` gives a connection; a fault inside it rolls back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: Engine | None = None

    def open(self) -> None:
        """Open or make the file (mode 0600); a damaged one is set aside and a fresh one begun. Raises HistoryError."""
        try:
            self._open()
        except DamagedError as error:
            aside = self.set_aside()
            _log.error("history_set_aside", reason=str(error), kept_as=str(aside))
            self._open()

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self.path.exists():
                self.path.touch(mode=0o600)
        except OSError as error:
            raise HistoryError(f"{self.path}: cannot be made: {error.strerror}; choose another history.path") from error
        engine = create_engine(
            f"sqlite:///{self.path}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare)
        self._engine = engine
        with self.transaction() as connection:
            if connection.execute(text("PRAGMA quick_check(1)")).scalar() != "ok":
                raise DamagedError(f"{self.path}: the file is damaged (quick_check)")
            schema.metadata.create_all(connection)
            version = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == "version")).scalar()
            if version is None:
                connection.execute(schema.meta.insert().values(key="version", value=str(schema.VERSION)))
            elif int(version) > schema.VERSION:
                raise HistoryError(
                    f"{self.path}: written by a newer tunewright (format {version}): update, or choose another history.path"
                )

    def set_aside(self) -> Path:
        """Rename the damaged file (and its journal) to NAME.damaged-TIME; nothing is deleted."""
        self.close()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        target = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{os.getpid()}")
        for ending in ("", "-wal", "-shm"):
            source = self.path.with_name(self.path.name + ending)
            if source.exists():
                source.rename(target.with_name(target.name + ending))
        return target

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed at the end. Raises HistoryError; DamagedError where the file is no sound database."""
        if self._engine is None:
            raise HistoryError(f"{self.path}: is not open")
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, DatabaseError) as error:
            raise explained(error, self.path) from error
        except sqlite3.DatabaseError as error:
            raise DamagedError(f"{self.path}: {error}") from error

    @property
    def size_bytes(self) -> int:
        """The file with its write-ahead log, as it stands on disk."""
        files = (self.path.with_name(self.path.name + ending) for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def shrink(self) -> None:
        """Give freed pages back to the file system."""
        with self.transaction() as connection:
            connection.execute(text("PRAGMA incremental_vacuum"))
        if self._engine is not None:
            with contextlib.suppress(DatabaseError), self._engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
