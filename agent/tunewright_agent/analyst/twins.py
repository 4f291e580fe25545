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
from tunewright_analyzers.facts.relations import Indexes

REBUILD_SHARE = 0.5
"""Of `max_age_seconds`: an older twin is built anew when advice is due."""
RENEW_SECONDS = 300.0
"""How soon it may be built anew after DDL: a database that makes an index a minute does not make a twin a minute."""


@dataclass(slots=True)
class Twins:
    """Keeps at most one twin. `max_age_seconds`: how old its copy of schema and statistics may become."""

    reader: Reader
    max_age_seconds: float
    _twin: Twin | None = field(init=False, default=None)
    _built_at: datetime | None = field(init=False, default=None)
    _server: str = field(init=False, default="")
    _indexes: frozenset[tuple[str, str]] | None = field(init=False, default=None)

    def current(self, at: datetime, indexes: Indexes | None = None) -> Twin:
        """The twin, built now where there is none or it is too old; the old one where it cannot be. Raises SourceError.

        With other `indexes` than it was built for it is too old after RENEW_SECONDS: a dropped index changes plans now, not in an hour.
        """
        named = None if indexes is None else frozenset((row.name.database, row.definition) for row in indexes.rows)
        is_stale = self._indexes is not None and named is not None and named != self._indexes
        known = self._twin
        try:
            found = self._not_older(at, min(RENEW_SECONDS, self.max_age_seconds) if is_stale else self.max_age_seconds)
            self._indexes = named if found is not known or self._indexes is None else self._indexes
            return found
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
        self._twin, self._built_at, self._server, self._indexes = newer, at, server.identity, None
        return newer

    def stop(self) -> None:
        """Stop the twin and remove its folder. Safe to call twice."""
        if self._twin is not None:
            with suppress(psycopg.Error):
                self._twin.stop()
            self._twin = None
