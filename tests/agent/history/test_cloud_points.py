"""CloudWatch's points in the history: at their own times, none twice, revised ones replaced, old ones dropped; files of an older release."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from tunewright_agent.history import schema
from tunewright_agent.history.place import Store
from tunewright_agent.history.store import History
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, Dimension, MetricPoint, MetricSeries
from tunewright_analyzers.facts.ids import ClusterId, InstanceId

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SHOP, AWS = ClusterId("shop"), InstanceId("aws")


def series(values: dict[int, float], period: int = 60) -> MetricSeries:
    """Points so many periods before NOW."""
    points = tuple(
        MetricPoint(NOW - timedelta(seconds=period * ago), value) for ago, value in sorted(values.items(), reverse=True)
    )
    return MetricSeries("CPUUtilization", Dimension.INSTANCE, "shop-1", "Average", period, points)


def kept(history: History, cluster: ClusterId = SHOP) -> dict[int, list[tuple[datetime, float]]]:
    found = history.cloud_series(cluster, ["CPUUtilization"], NOW - timedelta(days=900), NOW + timedelta(days=1))
    return {one.period_seconds: [(point.at, point.value) for point in one.points] for one in found}


def rows(history: History) -> int:
    with history.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(schema.cloud_points)).scalar_one()


def test_overlapping_passes_double_no_point_and_a_revised_one_is_replaced(store: Store) -> None:
    with History(store) as history:
        history.record(SHOP, AWS, "c", (CloudMetrics((series({3: 1.0, 2: 2.0}),)),), NOW)
        history.record(SHOP, AWS, "c", (CloudMetrics((series({3: 1.0, 2: 2.5, 1: 3.0}),)),), NOW)
        history.record(ClusterId("other"), AWS, "c", (CloudMetrics((series({3: 9.0}),)),), NOW)
        minute = timedelta(minutes=1)
        assert kept(history) == {60: [(NOW - 3 * minute, 1.0), (NOW - 2 * minute, 2.5), (NOW - minute, 3.0)]}
        assert rows(history) == 4


def test_hours_and_minutes_are_series_of_their_own_and_age_by_their_period(store: Store) -> None:
    with History(store) as history:
        history.record(SHOP, AWS, "c", (CloudMetrics((series({2000: 1.0, 5: 2.0}),)),), NOW)
        history.record(SHOP, AWS, "c", (CloudTrends((series({500: 3.0, 5: 4.0}, 3600),)),), NOW)
        history.maintain(NOW)
        ages = {period: [value for _, value in points] for period, points in kept(history).items()}
        assert ages == {60: [2.0], 3600: [3.0, 4.0]}
        history.maintain(NOW + timedelta(days=400))
        assert rows(history) == 0


def test_a_file_of_an_older_release_gets_the_new_tables(store: Store) -> None:
    with History(store) as history, history.database.transaction() as connection:
        schema.cloud_points.drop(connection)
        schema.cloud_series.drop(connection)
    with History(store) as history:
        history.record(SHOP, AWS, "c", (CloudMetrics((series({1: 1.0}),)),), NOW)
        assert rows(history) == 1
