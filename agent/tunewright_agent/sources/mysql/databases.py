"""Source `databases`: sizes, connections and rows of each database, and the limit on connections. Fills Databases.

MySQL counts transactions, deadlocks and buffer reads for the server alone (ServerStatus has them), so those stay zero here and are named
as not counted; without performance_schema so are rows and times.
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row, lowered
from tunewright_agent.sources.source import Collected, Source, SourceError, Unavailable
from tunewright_analyzers.facts.databases import Database, Databases
from tunewright_analyzers.facts.snapshot import Gap, Period

_PICOSECONDS = 1e12
UNCOUNTED = (
    "commits", "rollbacks", "blocks_hit", "blocks_read", "conflicts", "temp_bytes", "deadlocks", "block_read_seconds",
    "block_write_seconds", "xid_age", "mxid_age",
)  # fmt: skip
"""What the server does not count by database."""
_COUNTED_BY = {
    "database_io": ("rows_fetched", "rows_inserted", "rows_updated", "rows_deleted"),
    "database_statements": ("rows_returned", "temp_files", "active_seconds"),
}
"""What each statement tells; where it tells nothing of any database, nothing is counted."""


def _database(name: str, size: int | None, connections: int, io: Row, statements: Row) -> Database:
    def count(row: Row, key: str) -> int:
        return int(row.get(key) or 0)

    return Database(
        name=name,
        size_bytes=size,
        connections=connections,
        commits=0,
        rollbacks=0,
        blocks_hit=0,
        blocks_read=0,
        rows_returned=count(statements, "examined"),
        rows_fetched=count(io, "fetched"),
        rows_inserted=count(io, "inserted"),
        rows_updated=count(io, "updated"),
        rows_deleted=count(io, "deleted"),
        conflicts=0,
        temp_files=count(statements, "temp_files"),
        temp_bytes=0,
        deadlocks=0,
        block_read_seconds=0.0,
        block_write_seconds=0.0,
        xid_age=0,
        mxid_age=0,
        active_seconds=count(statements, "wait_ps") / _PICOSECONDS,
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All watched databases. Raises SourceError."""
    gaps: list[Gap] = []
    counted: dict[str, dict[str, Row]] = {"database_io": {}, "database_statements": {}}
    server = reader.server
    with reader.session() as session:
        sizes = {row["db"]: int(row["bytes"] or 0) for row in session.query("database_sizes", mark="databases")}
        connections = {
            row["db"]: int(row["connections"]) for row in session.query("database_connections", mark="databases")
        }
        limits = {row["variable_name"]: row["value"] for row in lowered(session.query("limits", mark="databases"))}
        for name in counted if server.performance_schema else ():
            try:
                found = session.query(name, mark="databases", needs=PERFORMANCE_SCHEMA)
                counted[name] = {row["db"]: row for row in found}
            except Unavailable:
                raise
            except SourceError as error:
                gaps.append(Gap("databases", error.reason, taken_at, error.mend, None, (Databases.name,)))
    names = {*sizes, *connections, *counted["database_io"]}
    rows = tuple(
        _database(
            name,
            sizes.get(name),
            connections.get(name, 0),
            counted["database_io"].get(name, {}),
            counted["database_statements"].get(name, {}),
        )
        for name in sorted(names)
        if reader.watches(name)
    )
    uncounted = UNCOUNTED + tuple(
        field for name, fields in _COUNTED_BY.items() if not counted[name] for field in fields
    )
    period = Period(min(server.started_at, taken_at), taken_at)
    return Collected((Databases(period, rows, int(limits.get("max_connections", 0)), 0, uncounted),), tuple(gaps))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("databases", (Databases,), interval_seconds=300, deadline_seconds=20, collect=collect)
