"""CloudWatch's points, each at its own time, once: what the cloud's sections bring is kept beyond the weeks that CloudWatch keeps it.

A point that is stored is replaced where CloudWatch revised it. Fine points go as the counters' fine points do, hours are kept longest.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from tunewright_agent.history import schema
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, Retention
from tunewright_agent.history.stores.upsert import insert
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
    newest = _newest(connection, cluster)
    values = []
    for one in section.rows:
        identity, last = newest[_key(one)]
        behind = max(REVISED, timedelta(seconds=one.period_seconds))
        fresh = one.points if last is None else one.since(datetime.fromtimestamp(last, UTC) - behind)
        values += [{"series": identity, "at": point.at.timestamp(), "value": point.value} for point in fresh]
    if values:
        statement, table = insert(connection, schema.cloud_points), schema.cloud_points
        changed = table.c.value != statement.excluded.value
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["series", "at"], set_={"value": statement.excluded.value}, where=changed
            ),
            values,
        )
    return len(values)


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
