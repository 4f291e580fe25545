"""What a source is, what it may raise, and how sources are found.

    SourceError
    ├── Unavailable   the server did not answer, refused, or went away
    ├── Denied        the role may not read it; `mend` is the exact GRANT
    ├── Unsupported   the release, flavour or a missing extension has no such thing; `mend` says what to install, if anything
    └── Overrun       a deadline, statement_timeout or lock_timeout ended the call

The lane turns a SourceError into a Gap; no source ever answers with an empty list instead.
"""

import importlib
import pkgutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Section


class SourceError(Exception):
    """A source could not read. `reason` is one line without literals or secrets; `mend` the statement or action that helps."""

    def __init__(self, reason: str, mend: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


class Unavailable(SourceError):
    """The server did not answer, refused, or went away."""


class Denied(SourceError):
    """The role may not read it."""


class Unsupported(SourceError):
    """This release, flavour or installation has no such thing."""


class Overrun(SourceError):
    """A deadline, statement_timeout or lock_timeout ended the call."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What one pass of a source brought: sections, and gaps for parts (a database, a function) that failed by themselves."""

    sections: tuple[Section, ...]
    gaps: tuple[Gap, ...] = ()


class Server(Protocol):
    """What every engine's server says of itself. `identity` tells one server from another behind the same name."""

    @property
    def engine(self) -> Engine:
        """Which engine it runs."""

    @property
    def version(self) -> int:
        """Its release as a number that orders releases."""

    @property
    def flavour(self) -> Flavour:
        """Who runs it."""

    @property
    def identity(self) -> str:
        """What changes when another server answers, or the same one after a restart."""


class Target(Protocol):
    """What every engine's reader is to those who do not know the engine. Its own sources know its class."""

    @property
    def server(self) -> Server:
        """What the server is, read once a connection. Raises SourceError."""

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """A pass of this thread that must end in `seconds`."""

    def close(self) -> None:
        """Close every connection that is not in use."""


ReaderT = TypeVar("ReaderT")


@dataclass(frozen=True, slots=True)
class Source(Generic[ReaderT]):
    """One source: what it fills, how often it is asked, and how long it may take.

    Each module of an engine's folder that is a source has a function `source()` that makes one for one target, with
    whatever it must remember between passes. `collect(reader, taken_at)` reads through the engine's reader (PostgreSQL:
    sources.postgres.session.Reader; MySQL: sources.mysql.session.Reader) and raises SourceError.
    """

    name: str
    sections: tuple[type[Section], ...]
    interval_seconds: float
    deadline_seconds: float
    collect: Callable[[ReaderT, datetime], Collected]

    def gap(self, error: SourceError, since: datetime, database: str | None = None) -> Gap:
        """The Gap that stands for `error` in every section that this source fills."""
        return Gap(self.name, error.reason, since, error.mend, database, tuple(kind.name for kind in self.sections))


def discover(package: str) -> tuple[Source[Any], ...]:
    """A fresh Source of every module of `package` that has `source()`, by name. A module is never listed, so none is forgotten."""
    found = []
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        make = getattr(importlib.import_module(info.name), "source", None)
        if make is not None:
            found.append(make())
    return tuple(sorted(found, key=lambda one: one.name))
