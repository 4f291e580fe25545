"""Source `columns`: what the planner knows of each column, never a value of it. Fills Columns.

pg_stats shows only columns that the role may SELECT; the monitoring role gets the numbers through tunewright.column_statistics(), which
`tunewright grants` makes. Most common values and histogram bounds are never selected; of those of text columns the server counts how many
look like numbers or dates (tunewright.text_shapes(); without it, of the columns that may be read).
"""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics, TextShapes
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Gap

MEND = "run the SQL of `tunewright grants` in this database: its function tunewright.column_statistics() gives the numbers without the values"


_Key = tuple[str, str, str, bool]


def _key(row: Row) -> _Key:
    return row["schema"], row["name"], row["column_name"], row["inherited"]


def _shapes(session: Session) -> dict[_Key, TextShapes]:
    """What the text columns hold, as far as it may be known."""
    granted = session.query("text_shapes_ways", mark="columns")[0]["granted"]
    rows = session.query("text_shapes_granted" if granted else "text_shapes", mark="columns")
    return {_key(row): TextShapes(row["seen"], row["numbers"], row["dates"]) for row in rows}


def _statistics(row: Row, database: str, shapes: dict[_Key, TextShapes]) -> ColumnStatistics:
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
        shapes=shapes.get(_key(row)),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Statistics of every column that may be seen; a Gap names each database where some may not. Raises SourceError."""
    found: list[ColumnStatistics] = []
    hidden: list[Gap] = []

    def read(session: Session) -> None:
        ways = session.query("column_statistics_ways", mark="columns")[0]
        name = "column_statistics_granted" if ways["granted"] else "column_statistics"
        shapes = _shapes(session)
        found.extend(_statistics(row, session.database, shapes) for row in session.query(name, mark="columns"))
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
