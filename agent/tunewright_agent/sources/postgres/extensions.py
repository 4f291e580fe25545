"""Source `extensions`: what is installed in each watched database, and what could be. Fills Extensions."""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.settings import Extension, Extensions


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Extensions of every watched database. Raises SourceError where none could be read."""
    found: list[Extension] = []

    def read(session: Session) -> None:
        found.extend(
            Extension(session.database, row["name"], row["installed"], row["available"], row["schema"])
            for row in session.query("extensions")
        )

    gaps = each_database(reader, "extensions", (Extensions.name,), taken_at, read)
    return Collected((Extensions(tuple(found)),), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("extensions", (Extensions,), interval_seconds=3600, deadline_seconds=30, collect=collect)
