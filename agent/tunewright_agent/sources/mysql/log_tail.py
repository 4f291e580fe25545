"""Tails one log file of MySQL or MariaDB: what was written to it since the last call. Called by the source log_events.

Between calls only numbers are kept, and no descriptor is held:

    first call               the last MOST_BYTES
    grown                    from the place of the call before, at most MOST_BYTES; what is over MOST_BEHIND is passed over
    another inode            the rest of the old file, where it still lies in the folder (`slow.log.1`), then the new from its start
    shorter, or its first    truncated in place (copytruncate), or the inode used again: the new content from its start
    bytes are others
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tunewright_agent.sources.source import Denied, Unavailable, Unsupported

MOST_BYTES = 2**20
"""Bytes of one pass: a few thousand slow statements, about a second of work."""
MOST_BEHIND = 16 * 2**20
_HEAD_BYTES = 256
_MOST_NEIGHBOURS = 10_000
_MISSING = (
    "SELECT @@log_error, @@slow_query_log_file; and set log_file (the error log) and slow_log_file of the cluster to the files that are"
    " written (on the machine the agent runs on)"
)
_DENIED = "let the agent's account read it: setfacl -m u:ACCOUNT:r on the file, and x on every folder above it"


@dataclass(slots=True)
class _Place:
    """How far a file was read, and what tells it from another of the same name."""

    device: int
    inode: int
    offset: int
    head: bytes


def _digest(head: bytes) -> bytes:
    return len(head).to_bytes(2) + hashlib.blake2b(head, digest_size=16).digest()


def _beginning(file: BinaryIO, length: int) -> bytes:
    file.seek(0)
    return file.read(length)


def _is_same(file: BinaryIO, place: _Place) -> bool:
    status = os.fstat(file.fileno())
    if (status.st_dev, status.st_ino) != (place.device, place.inode) or status.st_size < place.offset:
        return False
    return _digest(_beginning(file, int.from_bytes(place.head[:2]))) == place.head


class LogTail:
    """One log file, and how far it was read. `dropped`: bytes that were passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0
        self._place: _Place | None = None

    def read(self) -> bytes:
        """Whole lines that were written since; the last one waits for its end. Raises SourceError."""
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise Unsupported(f"{self.path} is not a regular file", _MISSING)
            with self.path.open("rb", buffering=0) as file:
                return self._rest_of_old(file) + self._new(file)
        except PermissionError as error:
            raise Denied(f"the server's log {self.path} may not be read", _DENIED) from error
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Unavailable(f"the server's log {self.path} does not exist", _MISSING) from error
        except OSError as error:
            raise Unavailable(
                f"the server's log {self.path} cannot be read ({type(error).__name__})", _MISSING
            ) from error

    def _rest_of_old(self, file: BinaryIO) -> bytes:
        """What is left of the file that was rotated away; from then on the new one is read from its start."""
        place = self._place
        if place is None or _is_same(file, place):
            return b""
        status = os.fstat(file.fileno())
        self._place = _Place(status.st_dev, status.st_ino, 0, _digest(b""))
        if status.st_ino == place.inode:
            return b""
        with os.scandir(self.path.parent) as listing:
            name = next((one.path for one in islice(listing, _MOST_NEIGHBOURS) if one.inode() == place.inode), None)
        if name is None:
            return b""
        with Path(name).open("rb", buffering=0) as old:
            if not _is_same(old, place):
                return b""
            behind = os.fstat(old.fileno()).st_size - place.offset
            self.dropped += max(0, behind - MOST_BYTES)
            old.seek(place.offset + max(0, behind - MOST_BYTES))
            return old.read(MOST_BYTES)

    def _new(self, file: BinaryIO) -> bytes:
        status = os.fstat(file.fileno())
        if self._place is None:
            self._place = _Place(status.st_dev, status.st_ino, max(0, status.st_size - MOST_BYTES), _digest(b""))
            self.dropped += self._place.offset
        place = self._place
        behind = status.st_size - place.offset
        if behind > MOST_BEHIND:
            self.dropped += behind - MOST_BYTES
            place.offset = status.st_size - MOST_BYTES
        place.head = _digest(_beginning(file, _HEAD_BYTES))
        file.seek(place.offset)
        data = file.read(min(MOST_BYTES, status.st_size - place.offset))
        end = data.rfind(b"\n") + 1
        if end == 0 and len(data) == MOST_BYTES:  # one line of a megabyte: nothing that we could tell apart
            self.dropped, end, data = self.dropped + len(data), len(data), b""
        place.offset += end
        return data[:end]

    def put_back(self, number: int) -> None:
        """The last `number` bytes of the answer are to be given again: an entry had not ended."""
        if self._place is not None:
            self._place.offset = max(0, self._place.offset - number)
