"""How the server's log reaches us: one protocol, a file here, the clouds' own interfaces in log_rds and log_cloudwatch. Used by log_events."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tunewright_agent.sources.postgres.log_file import LogFile
from tunewright_analyzers.logs.entry import Entry

NOISE = re.compile(
    rb":  (?:00000: )?(?:duration: \d|statement: |execute |parse |bind |connection (?:received|auth)|disconnection: |AUDIT: )"
)
"""What makes most of a busy log and is no event: passed over before it is decoded."""
_UNENDING = b"\x00"
"""No entry ends so: the last one waits for a pass in which nothing was written behind it."""


class LogTransport(Protocol):
    """Gives each entry once, in order. `dropped`: bytes that were passed over; `damaged`: entries that could not be read."""

    @property
    def dropped(self) -> int:
        """Bytes that were passed over so far."""

    @property
    def damaged(self) -> int:
        """Entries that could not be read so far."""

    def told(self, log_line_prefix: str | None, log_timezone: str | None) -> None:
        """What the server's settings are; None: not known."""

    def entries(self) -> Iterator[Entry]:
        """What was written since the last call. Left early or with SourceError, the next call goes on from there. Raises SourceError."""


class FileTransport:
    """A file on this machine."""

    def __init__(self, path: Path) -> None:
        self._file = LogFile(path, skip=NOISE)

    @property
    def dropped(self) -> int:
        """As LogTransport."""
        return self._file.dropped

    @property
    def damaged(self) -> int:
        """As LogTransport."""
        return self._file.damaged

    def told(self, log_line_prefix: str | None, log_timezone: str | None) -> None:
        """As LogTransport."""
        self._file.told(log_line_prefix, log_timezone)

    def entries(self) -> Iterator[Entry]:
        """As LogTransport: at the first call of the last MOST_BYTES of the file."""
        return self._file.entries(b"", _UNENDING)
