"""Source `locks`: locks that are waited for, and strong ones that are held. Fills Locks.

Relations are named in the database that the agent is connected to; elsewhere by their number. At most 2,000 rows, waiting ones first.
"""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.sessions import Lock, Locks


def _lock(row: Row) -> Lock:
    return Lock(
        row["pid"] or 0,
        row["database"],
        row["relation"],
        row["locktype"],
        row["mode"],
        row["granted"],
        row["waiting_since"],
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Locks of the whole server. Raises SourceError."""
    with reader.session() as session:
        return Collected((Locks(taken_at, tuple(_lock(row) for row in session.query("locks"))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("locks", (Locks,), interval_seconds=10, deadline_seconds=5, collect=collect)
