"""What the history asks of the store it lies in, whichever that is: transactions that may write or only read, errors with their mend, upkeep.

stores/sqlite.py is a file of one agent, stores/postgresql.py a database that several agents share; place.py chooses between them.
"""

import zlib
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection

from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.retention import Retention


class Mode(StrEnum):
    """What may be done to the store. The daemon OWNs it: it makes what is missing; the command line READs or WRITEs what is there."""

    OWN = "own"
    WRITE = "write"
    READ = "read"


class HistoryError(Exception):
    """The history cannot be read or written. `str()` says which store, why, and what mends it. Nothing stored before is lost.

    `lasting`: the same write would fail again, because the store refuses what is in it.
    """

    lasting = False


class DamagedError(HistoryError):
    """The file is not a sound SQLite database."""


class AwayError(HistoryError):
    """The store cannot be used now, and nothing that we were told needs to change for that to end: it is down, starting, full, or a standby."""


class RefusedError(HistoryError):
    """The store does not take these values, however often they are given to it."""

    lasting = True


class Database(Protocol):
    """One store. `transaction()` and `reading()` give a connection; a fault inside rolls back. Every method raises HistoryError."""

    @property
    def mode(self) -> Mode:
        """What we may do to it."""

    @property
    def place(self) -> str:
        """Where it is, for people: a path, or an address without a password."""

    @property
    def shared(self) -> bool:
        """Whether several agents write to it."""

    def open(self) -> None:
        """Open it; as its owner, make what is missing."""

    def close(self) -> None:
        """Close every connection."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """A transaction that may write, committed at the end."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads and waits for no writer."""

    @property
    def size_bytes(self) -> int:
        """What it takes on disk."""

    def upkeep(self) -> AbstractContextManager[bool]:
        """False where another agent is at the upkeep now."""

    def prepare(self, now: float) -> None:
        """Make room for what will come soon."""

    def drop_old(self, retention: Retention, now: float) -> None:
        """Drop at once what is too old, where the store can; row by row it is done elsewhere."""

    def bound(self, max_bytes: int) -> tuple[str, ...]:
        """Drop the finest and oldest until it takes no more than so much; the answer says what was dropped."""

    def shrink(self) -> None:
        """Give freed room back, where the store can."""


def packed(data: bytes) -> bytes:
    """Compressed JSON."""
    return zlib.compress(data, 6)


def unpacked(data: bytes) -> bytes:
    """What `packed` got. Raises SnapshotError: one payload is damaged, the store may be sound."""
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise SnapshotError("a stored payload is damaged") from error
