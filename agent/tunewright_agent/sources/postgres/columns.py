"""Source `columns`: what the planner knows of each column, never a value of it. Fills Columns.

pg_stats shows only columns that the role may SELECT; the monitoring role gets the numbers through tunewright.column_statistics(), which
`tunewright grants` makes. Most common values and histogram bounds are never selected.
"""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Gap

MEND = "run the SQL of `tunewright grants` in this database: its function tunewright.column_statistics() gives the numbers without the values"


def _statistics(row: Row, database: str) -> ColumnStatistics:
    return ColumnStatistics(
        table=RelationName(database, row["schema"], row["name"]),
        column=row["column_name"],
        null_ratio=row["null_ratio"],
        distinct=row["n_distinct"],
        width_bytes=row["avg_width"],
        correlation=row["correlation"],
        common_frequencies=tuple(row["frequencies"] or ()),
        histogram_buckets=max(0, row["buckets"]),
        inherited=row["inherited"],
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Statistics of every column that may be seen; a Gap names each database where some may not. Raises SourceError."""
    found: list[ColumnStatistics] = []
    hidden: list[Gap] = []

    def read(session: Session) -> None:
        ways = session.query("column_statistics_ways", mark="columns")[0]
        name = "column_statistics_granted" if ways["granted"] else "column_statistics"
        found.extend(_statistics(row, session.database) for row in session.query(name, mark="columns"))
        if ways["hidden"] and not ways["granted"]:
            reason = f"the column statistics of {ways['hidden']} tables are hidden from our role"
            hidden.append(Gap("columns", reason, taken_at, MEND, session.database, (Columns.name,)))
        if ways["guarded"] and ways["granted"]:
            reason = (
                f"the column statistics of {ways['guarded']} tables with row security are hidden from tunewright_owner"
            )
            mend = "ALTER ROLE tunewright_owner BYPASSRLS;"
            hidden.append(Gap("columns", reason, taken_at, mend, session.database, (Columns.name,)))

    gaps = each_database(reader, "columns", (Columns.name,), taken_at, read)
    return Collected((Columns(tuple(found)),), (*gaps, *hidden))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("columns", (Columns,), interval_seconds=14400, deadline_seconds=60, collect=collect)
