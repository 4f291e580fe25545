"""What the daemon's history says of a table's hours, and how fast work on tables went. Asked by `tunewright preflight` and `tunewright locks`."""

from datetime import datetime, timedelta

from tunewright_agent.history.deltas import merge
from tunewright_agent.history.store import History
from tunewright_agent.wiring import INSTANCE
from tunewright_analyzers.ddl.window import Point
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.progress import Job, Progress
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.sessions import ActiveSessions

BACK = timedelta(days=14)
MEASURED = timedelta(days=90)
"""How far back a measured rate is believed: discs and instance classes change seldom."""
_COARSEST_SECONDS = 3600.0


def _touches(row: Table) -> float:
    return row.sequential_scans + row.index_scans + row.rows_inserted + row.rows_updated + row.rows_deleted


def points(
    history: History, cluster: ClusterId, end: datetime, table: tuple[str, str, str] | None = None
) -> tuple[Point, ...]:
    """Points of the last BACK, oldest first; `table` is (database, schema, name). Raises HistoryError."""
    used: dict[int, tuple[float, float]] = {}
    if table is not None:
        for section in history.points(cluster, INSTANCE, Tables, end - BACK, end):
            slot = int(section.period.start.timestamp() // _COARSEST_SECONDS)
            rows = [row for row in section.rows if (row.name.database, row.name.schema, row.name.name) == table]
            touches, seconds = used.get(slot, (0.0, 0.0))
            used[slot] = (touches + sum(map(_touches, rows)), seconds + section.period.seconds)
    return tuple(
        _point(section, used, read=table is not None and bool(used))
        for section in history.points(cluster, INSTANCE, ActiveSessions, end - BACK, end)
        if section.samples
    )


def jobs(history: History, cluster: ClusterId, end: datetime) -> tuple[Job, ...]:
    """Index builds and vacuums of the last MEASURED, by table and command. Raises HistoryError."""
    seen = history.points(cluster, INSTANCE, Progress, end - MEASURED, end)
    whole = merge(seen) if seen else None
    return whole.rows if isinstance(whole, Progress) else ()


def _point(section: ActiveSessions, used: dict[int, tuple[float, float]], *, read: bool) -> Point:
    start, seconds = section.period.start, section.period.seconds
    touches, counted = used.get(int(start.timestamp() // _COARSEST_SECONDS), (0.0, 0.0))
    rate = touches / counted if counted > 0 else 0.0
    blocked = sum(row.samples for row in section.blocked) * section.interval_seconds
    return Point(
        start,
        seconds,
        section.average,
        blocked,
        section.idle_in_transaction_peak_seconds,
        rate * seconds if read else None,
    )
