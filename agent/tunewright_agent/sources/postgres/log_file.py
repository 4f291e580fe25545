"""Tails one log file of the server: what was written to it since the last call, as entries, whichever of the three forms it has.

In comes a path; out go the entries that hold a given mark and not what is to be skipped (no other is decoded). Called by auto_explain and
by the source log_events. Between calls only numbers
are kept, and no descriptor is held: the next call reads again from where the first unfinished entry began.

    new file or first call   the last MOST_BYTES
    grown                    from the place of the call before; where more than MOST_BYTES came, the last MOST_BYTES
    another inode            the rest of the old file, where it still lies in the folder (`postgresql.log.1`), then the new from its start
    shorter, or its first    truncated in place (copytruncate), or the inode used again: the new content from its start
    bytes are others
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tunewright_agent.sources.postgres.log_entries import (
    BEGINNING_BYTES,
    Entry,
    Form,
    Span,
    entry_of,
    first_start,
    form_of,
    spans,
)
from tunewright_agent.sources.postgres.log_prefix import LONGEST_PREFIX
from tunewright_agent.sources.source import Denied, SourceError, Unavailable, Unsupported

MOST_BYTES = 16 * 2**20
"""Bytes that one pass reads of a file."""
MOST_ENTRY_BYTES = 2**20
"""A longer entry (a query text of megabytes, twice in a plan) is passed over: its tokens would take a hundred times its size."""
_HEAD_BYTES = 256
_MOST_NEIGHBOURS = 10_000

_MISSING = (
    "SHOW log_destination; SHOW logging_collector; SELECT pg_current_logfile(); and set log_file to the file that is written"
    " (it must be on the machine the agent runs on)"
)
_DENIED = (
    "let the agent's account read it: log_file_mode = 0640 with the account in the file's group (Debian: usermod -aG adm),"
    " or setfacl -m u:ACCOUNT:r on the file, and x on every folder above it"
)


@dataclass(slots=True)
class _Place:
    """How far a file was read, and what tells it from another of the same name. `seen`: its size at the last call."""

    device: int
    inode: int
    head: bytes
    offset: int = 0
    seen: int = 0
    whole: bool = True
    form: Form | None = None


def _digest(head: bytes) -> bytes:
    return len(head).to_bytes(2) + hashlib.blake2b(head, digest_size=16).digest()


def _is_same(file: BinaryIO, place: _Place) -> bool:
    status = os.fstat(file.fileno())
    if (status.st_dev, status.st_ino) != (place.device, place.inode) or status.st_size < place.seen:
        return False
    file.seek(0)
    return _digest(file.read(int.from_bytes(place.head[:2]))) == place.head


def _open(path: Path) -> BinaryIO:
    """Raises SourceError. A pipe is refused before it is opened: opening it would wait for a writer."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unsupported(f"{path} is not a regular file", _MISSING)
        return path.open("rb", buffering=0)
    except PermissionError as error:
        raise Denied(f"the server's log {path} may not be read", _DENIED) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unavailable(f"the server's log {path} does not exist", _MISSING) from error
    except (OSError, ValueError) as error:
        raise Unavailable(f"the server's log {path} cannot be opened ({type(error).__name__})", _MISSING) from error


class LogFile:
    """One log file, and how far it was read. `log_line_prefix` and `log_timezone` as the server has them, where they are known."""

    def __init__(
        self,
        path: Path,
        log_line_prefix: str | None = None,
        log_timezone: str | None = None,
        skip: re.Pattern[bytes] | None = None,
    ) -> None:
        self.path = path
        self._skip = skip
        self.dropped = 0
        """Bytes that were passed over: beyond MOST_BYTES of a pass, entries beyond MOST_ENTRY_BYTES, lost in a rotation."""
        self.damaged = 0
        """Entries with the mark that are torn or not of the file's form."""
        self._prefix, self._zone = log_line_prefix, log_timezone
        self._place: _Place | None = None

    def told(self, log_line_prefix: str | None, log_timezone: str | None) -> None:
        """What the server's settings are from now on; what was read stays read."""
        self._prefix, self._zone = log_line_prefix, log_timezone

    def entries(self, mark: bytes, ending: bytes) -> Iterator[Entry]:
        """New entries that hold `mark`, in order. Where it is left early or raises SourceError, the next call goes on from there.

        The last entry of a stderr log may be half-written: it is given when something follows it, when it ends with `ending`,
        or at the next call where it did not grow.
        """
        with _open(self.path) as file:
            try:
                place = self._place
                if place is not None and not _is_same(file, place):
                    yield from self._leave(place, mark, ending, os.fstat(file.fileno()).st_ino)
                    place = None
                if place is None:
                    status = os.fstat(file.fileno())
                    place = self._place = _Place(status.st_dev, status.st_ino, _digest(b""))
                yield from self._read(file, place, mark, ending, over=False)
            except OSError as error:
                raise Unavailable(
                    f"the server's log {self.path} cannot be read ({type(error).__name__})", _MISSING
                ) from error

    def _leave(self, place: _Place, mark: bytes, ending: bytes, inode: int) -> Iterator[Entry]:
        """What is left of the file that was rotated away; what can no longer be had is counted."""
        old = self._renamed(place) if inode != place.inode else None
        if old is None:
            self.dropped += place.seen - place.offset
        else:
            with old:
                yield from self._read(old, place, mark, ending, over=True)
        self._place = None

    def _renamed(self, place: _Place) -> BinaryIO | None:
        try:
            with os.scandir(self.path.parent) as listing:
                name = next((one.path for one in islice(listing, _MOST_NEIGHBOURS) if one.inode() == place.inode), None)
            if name is None:
                return None
            file = _open(Path(name))
        except (OSError, SourceError):
            return None
        if _is_same(file, place):
            return file
        file.close()
        return None

    def _read(self, file: BinaryIO, place: _Place, mark: bytes, ending: bytes, *, over: bool) -> Iterator[Entry]:
        """One pass. `over`: nothing will be written to this file any more."""
        size, before = os.fstat(file.fileno()).st_size, place.seen
        place.seen = size
        if size - place.offset > MOST_BYTES:
            self.dropped += size - MOST_BYTES - place.offset
            place.offset, place.whole = size - MOST_BYTES, False
        self._recognise(file, place)
        file.seek(place.offset)
        data = b"".join(iter(lambda: file.read(size - file.tell()), b""))
        if place.form is None:
            return
        base, start = place.offset, 0
        if not place.whole:
            start = first_start(place.form, data)
            place.offset, place.whole = base + start, start < len(data)
            self.dropped += start
        for span in spans(place.form, data, start):
            quiet = over or size == before or data.endswith(ending)
            if not (span.ended and (span.followed or quiet)):
                break
            place.offset = base + span.end
            yield from self._entry(place.form, data, span, mark)
        left = base + len(data) - place.offset
        if over or left >= MOST_BYTES:
            self.dropped += left
            place.offset, place.whole = base + len(data), False

    def _recognise(self, file: BinaryIO, place: _Place) -> None:
        file.seek(0)
        beginning = file.read(BEGINNING_BYTES)
        place.head = _digest(beginning[:_HEAD_BYTES])
        place.form = place.form or form_of(self.path, beginning)

    def _entry(self, form: Form, data: bytes, span: Span, mark: bytes) -> Iterator[Entry]:
        if data.find(mark, span.start, span.end) < 0:
            return
        if self._skip is not None and self._skip.search(data, span.start, min(span.end, span.start + LONGEST_PREFIX)):
            return
        if span.end - span.start > MOST_ENTRY_BYTES:
            self.dropped += span.end - span.start
            return
        entry = entry_of(form, data[span.start : span.end], self._prefix, self._zone)
        if entry is None:
            self.damaged += 1
        else:
            yield entry
