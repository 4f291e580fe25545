"""CloudWatch's points, each at its own time, once: what the cloud's sections bring is kept beyond the weeks that CloudWatch keeps it.

A point that is stored is replaced where CloudWatch revised it. Fine points go as the counters' fine points do, hours are kept longest.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select

from tunewright_agent.history import schema
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, Retention
from tunewright_agent.history.stores.upsert import insert, load
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, Dimension, MetricPoint, MetricSeries

REVISED = timedelta(hours=2)
"""How far behind the newest stored point others may still come late or be revised."""
_KEY = ("metric", "dimension", "resource", "statistic", "period")
Key = tuple[str, str, str, str, int]


def _key(one: MetricSeries) -> Key:
    return (one.metric, one.dimension.value, one.resource, one.statistic, one.period_seconds)


def put(connection: Connection, cluster: str, section: CloudMetrics | CloudTrends) -> int:
    """Store the points that are not there yet, and the latest ones again; the answer is how many were written."""
    _name(connection, cluster, section.rows)
    newest, values = _newest(connection, cluster), []
    for one in section.rows:
        identity, last = newest[_key(one)]
        behind = max(REVISED, timedelta(seconds=one.period_seconds))
        fresh = one.points if last is None else one.since(datetime.fromtimestamp(last, UTC) - behind)
        values += [{"series": identity, "at": point.at.timestamp(), "value": point.value} for point in fresh]
    new = _without_stored(connection, values)
    load(connection, schema.cloud_points, ("series", "at"), new, ("value",))
    return len(new)


def _without_stored(connection: Connection, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the points that are stored as they are: nearly all of those that could have been revised, and were not.

    To read them costs less than to write what changes nothing: that locks each row, and is logged.
    """
    table, known = schema.cloud_points, {}
    again = sorted({row["series"] for row in values})
    if again:
        since = min(row["at"] for row in values)
        columns = (table.c.series, table.c.at, table.c.value)
        wanted = select(*columns).where(table.c.series.in_(again), table.c.at >= since)
        known = {(row.series, row.at): row.value for row in connection.execute(wanted)}
    return [row for row in values if known.get((row["series"], row["at"])) != row["value"]]


def _name(connection: Connection, cluster: str, rows: tuple[MetricSeries, ...]) -> None:
    """A number for each series that has none."""
    if rows:
        values = [{"cluster": cluster, **dict(zip(_KEY, _key(one), strict=True))} for one in rows]
        connection.execute(insert(connection, schema.cloud_series).on_conflict_do_nothing(), values)


def _newest(connection: Connection, cluster: str) -> dict[Key, tuple[int, float | None]]:
    series, points = schema.cloud_series, schema.cloud_points
    newest = select(func.max(points.c.at)).where(points.c.series == series.c.id).scalar_subquery()
    rows = connection.execute(select(series, newest.label("newest")).where(series.c.cluster == cluster)).all()
    return {(row.metric, row.dimension, row.resource, row.statistic, row.period): (row.id, row.newest) for row in rows}


def read(
    connection: Connection, cluster: str, metrics: Iterable[str], start: datetime, end: datetime
) -> tuple[MetricSeries, ...]:
    """The stored series of those metrics between two times, points oldest first."""
    series, points = schema.cloud_series, schema.cloud_points
    wanted = (
        series.c.cluster == cluster,
        series.c.metric.in_(tuple(metrics)),
        points.c.at >= start.timestamp(),
        points.c.at < end.timestamp(),
    )
    joined = select(series, points.c.at, points.c.value).join(points, points.c.series == series.c.id)
    found: dict[Key, list[MetricPoint]] = {}
    for row in connection.execute(joined.where(*wanted).order_by(points.c.at)).all():
        key = (row.metric, row.dimension, row.resource, row.statistic, row.period)
        found.setdefault(key, []).append(MetricPoint(datetime.fromtimestamp(row.at, UTC), row.value))
    return tuple(
        MetricSeries(metric, Dimension(dimension), resource, statistic, period, tuple(values))
        for (metric, dimension, resource, statistic, period), values in found.items()
    )


def drop_old(connection: Connection, retention: Retention, now: float) -> None:
    """Forget points that are too old for their period."""
    series, points = schema.cloud_series, schema.cloud_points
    bounds = (
        (0, FIVE_MINUTES, retention.minute),
        (FIVE_MINUTES, HOUR, retention.five_minutes),
        (HOUR, 10**9, retention.hour),
    )
    for least, below, seconds in bounds:
        mine = select(series.c.id).where(series.c.period >= least, series.c.period < below)
        connection.execute(delete(points).where(points.c.series.in_(mine), points.c.at < now - seconds))
