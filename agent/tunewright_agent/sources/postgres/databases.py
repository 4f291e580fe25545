"""Source `databases`: pg_stat_database, sizes, transaction ages, the connection limit. Fills Databases (counters since their reset)."""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.databases import Database, Databases
from tunewright_analyzers.facts.snapshot import Gap, Period


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _database(row: Row) -> Database:
    return Database(
        name=row["name"],
        size_bytes=row["size_bytes"],
        connections=row["connections"],
        commits=row["commits"],
        rollbacks=row["rollbacks"],
        blocks_hit=row["blocks_hit"],
        blocks_read=row["blocks_read"],
        rows_returned=row["rows_returned"],
        rows_fetched=row["rows_fetched"],
        rows_inserted=row["rows_inserted"],
        rows_updated=row["rows_updated"],
        rows_deleted=row["rows_deleted"],
        conflicts=row["conflicts"],
        temp_files=row["temp_files"],
        temp_bytes=row["temp_bytes"],
        deadlocks=row["deadlocks"],
        block_read_seconds=row["read_ms"] / 1000,
        block_write_seconds=row["write_ms"] / 1000,
        xid_age=row["xid_age"],
        mxid_age=row["mxid_age"],
        active_seconds=_seconds(row["active_ms"]),
        idle_in_transaction_seconds=_seconds(row["idle_in_transaction_ms"]),
        checksum_failures=row["checksum_failures"],
        stats_reset=row["stats_reset"],
    )


def _hidden(rows: tuple[Database, ...], reader: Reader, taken_at: datetime) -> tuple[Gap, ...]:
    count = sum(row.size_bytes is None for row in rows)
    if not count:
        return ()
    reason = f"the sizes of {count} databases are hidden from our role, which may not connect to them"
    return (Gap("databases", reason, taken_at, reader.server.grant("pg_read_all_stats"), None, (Databases.name,)),)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All databases that allow connections, template1 included (it ages too). The period begins at the latest reset. Raises SourceError."""
    with reader.session() as session:
        rows = tuple(_database(row) for row in session.query("databases"))
        limits = session.query("connection_limits", mark="databases")[0]
    resets = [row.stats_reset for row in rows if row.stats_reset is not None]
    start = max(resets, default=reader.server.started_at)
    section = Databases(Period(start, taken_at), rows, limits["max_connections"], limits["reserved"])
    return Collected((section,), _hidden(rows, reader, taken_at))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("databases", (Databases,), interval_seconds=60, deadline_seconds=10, collect=collect)
