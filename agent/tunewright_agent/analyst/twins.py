"""The twin of one instance: built at the first question, built anew when it is old or the server is another, stopped at the end.

Used by the passes of this folder, one at a time.

    none -> current -> none
    current -> current (a newer one; the old one goes on where the newer cannot be built)
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError, Unavailable
from tunewright_agent.whatif.twin import Twin

REBUILD_SHARE = 0.5
"""Of `max_age_seconds`: an older twin is built anew when advice is due."""


@dataclass(slots=True)
class Twins:
    """Keeps at most one twin. `max_age_seconds`: how old its copy of schema and statistics may become."""

    reader: Reader
    max_age_seconds: float
    _twin: Twin | None = field(init=False, default=None)
    _built_at: datetime | None = field(init=False, default=None)
    _server: str = field(init=False, default="")

    def current(self, at: datetime) -> Twin:
        """The twin, built now where there is none or it is too old; the old one where it cannot be. Raises SourceError."""
        try:
            return self._not_older(at, self.max_age_seconds)
        except SourceError:
            if self._twin is None or self._server != self.reader.server.identity:
                raise
            return self._twin

    def fresh(self, at: datetime) -> Twin:
        """A twin that is young enough for advice. Raises SourceError."""
        return self._not_older(at, REBUILD_SHARE * self.max_age_seconds)

    @property
    def failed(self) -> Mapping[str, SourceError]:
        """By database: why it is not on the twin."""
        failures = self._twin.failed if self._twin is not None else {}
        return {name: error for name, error in failures.items() if isinstance(error, SourceError)}

    def _not_older(self, at: datetime, seconds: float) -> Twin:
        server = self.reader.server
        known = self._twin
        same = known is not None and self._server == server.identity
        if known is not None and same and self._built_at and (at - self._built_at).total_seconds() <= seconds:
            return known
        newer = Twin(self.reader, server.databases, failure=(SourceError,))
        try:
            newer.start()
        except EmbeddedError as error:
            raise Unavailable(f"the twin could not be started: {str(error).splitlines()[0]}") from error
        except psycopg.Error as error:
            raise Unavailable(f"the twin broke while it was built ({type(error).__name__})") from error
        self.stop()
        self._twin, self._built_at, self._server = newer, at, server.identity
        return newer

    def stop(self) -> None:
        """Stop the twin and remove its folder. Safe to call twice."""
        if self._twin is not None:
            with suppress(psycopg.Error):
                self._twin.stop()
            self._twin = None
