"""Source `errors`: how often the server raised each error. Fills Errors (counters since the server's start).

No message is read: it may quote values.
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, need_performance_schema
from tunewright_agent.sources.mysql.waiting import utc
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.server_status import ErrorCount, Errors
from tunewright_analyzers.facts.snapshot import Period


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Every error that was raised. Raises SourceError; on MariaDB, which has no such summary, nothing is collected and nothing is missing."""
    server = reader.server
    if server.is_mariadb:
        return Collected(())
    need_performance_schema(server, "errors")
    with reader.session() as session:
        rows = session.query("errors", needs=PERFORMANCE_SCHEMA)
    found = tuple(
        ErrorCount(int(row["number"]), str(row["name"]), int(row["raised"]), utc(row["last_seen"])) for row in rows
    )
    return Collected((Errors(Period(min(server.started_at, taken_at), taken_at), found),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("errors", (Errors,), interval_seconds=300, deadline_seconds=10, collect=collect)
