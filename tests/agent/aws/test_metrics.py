"""CloudWatch's points: batches, pages, late points, failovers. GetMetricData is a substitute with AWS's own limits (moto has none of them)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws_account import REGION, Hooks, make_cluster
from tunewright_agent.demo.aurora.cloudwatch import CloudWatch
from tunewright_agent.demo.aurora.substitute import refuse
from tunewright_agent.history.store import History
from tunewright_agent.sources.aws import metrics, trends
from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR, Tier, monthly_dollars
from tunewright_agent.sources.aws.calls import DOLLARS_PER_METRIC
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.series import Question, ask
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import Unavailable
from tunewright_analyzers.facts.cloud_metrics import TRENDS, CloudMetrics, CloudTrends, Dimension, MetricSeries
from tunewright_analyzers.facts.ids import ClusterId, InstanceId

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("account")


class Stage:
    """A cluster, its metrics, a clock, and the source under test."""

    def __init__(self, hooks: Hooks, members: int = 2, page_points: int = 100_800) -> None:
        self.now = START
        self.cloudwatch = CloudWatch(lambda: self.now, page_points)
        self.cloudwatch.install(hooks)
        self.names = make_cluster(boto3.client("rds"), "shop", members)
        for name in self.names:
            self.cloudwatch.put("CPUUtilization", lambda at: at.minute, DBInstanceIdentifier=name)
        self.cloudwatch.put("EngineUptime", lambda at: at.hour * 3600.0, DBClusterIdentifier="shop", Role="WRITER")
        self.reader = Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))
        self.metrics, self.trends = metrics.Metrics(), trends.Trends()

    def collect(self) -> CloudMetrics:
        (section,) = self.metrics.collect(self.reader, self.now).sections
        assert isinstance(section, CloudMetrics)
        return section

    def series(self, metric: str = "CPUUtilization", name: str = "shop-1") -> MetricSeries:
        found = [one for one in self.collect().rows if (one.metric, one.resource) == (metric, name)]
        return found[0]


def test_points_stand_at_their_own_times_and_none_twice(hooks: Hooks) -> None:
    stage = Stage(hooks)
    first = stage.series()
    assert [point.at for point in first.points] == [START - timedelta(minutes=180 - n) for n in range(180)]
    assert all(point.value == point.at.minute for point in first.points)
    stage.now += timedelta(minutes=3)
    later = stage.series()
    assert later.points[-1].at == START + timedelta(minutes=2)
    assert len(later.points) == 180
    assert len({point.at for point in later.points}) == 180


def test_a_point_that_comes_late_or_is_revised_takes_its_place(hooks: Hooks) -> None:
    stage = Stage(hooks, 1)
    late = START - timedelta(minutes=1)
    stage.cloudwatch.put("CPUUtilization", lambda at: None if at >= late else 1.0, DBInstanceIdentifier="shop-1")
    assert stage.series().points[-1].at == late - timedelta(minutes=1)
    stage.now += timedelta(minutes=1)
    stage.cloudwatch.put(
        "CPUUtilization", lambda at: 2.0 if at >= late - timedelta(minutes=1) else 1.0, DBInstanceIdentifier="shop-1"
    )
    values = {point.at: point.value for point in stage.series().points}
    assert [values[late - timedelta(minutes=n)] for n in (2, 1, 0)] == [1.0, 2.0, 2.0]


def test_what_was_missed_while_aws_failed_is_asked_for_afterwards(hooks: Hooks) -> None:
    stage = Stage(hooks, 1)
    stage.collect()
    stage.now += timedelta(minutes=40)
    hooks.fail("rds", "DescribeDBInstances", "InternalFailure", 500)
    broken = Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))
    with pytest.raises(Unavailable):
        stage.metrics.collect(broken, stage.now)
    times = [point.at for point in stage.series().points]
    assert times == [stage.now - timedelta(minutes=180 - n) for n in range(180)]


def test_a_failover_in_the_middle_loses_no_series_and_doubles_none(hooks: Hooks) -> None:
    stage = Stage(hooks, 3)
    before = stage.collect()
    boto3.client("rds").failover_db_cluster(DBClusterIdentifier="shop", TargetDBInstanceIdentifier="shop-2")
    stage.now += timedelta(minutes=1)
    stage.reader = Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))
    after = stage.collect()

    def keys(section: CloudMetrics) -> list[tuple[str, Dimension, str, str]]:
        return [(one.metric, one.dimension, one.resource, one.statistic) for one in section.rows]

    assert len(keys(after)) == len(set(keys(after)))
    assert set(keys(after)) == set(keys(before))
    for one in after.rows:
        times = [point.at for point in one.points]
        assert times == sorted(set(times))
        assert times[-1] == START
    assert stage.series("EngineUptime", "shop").dimension is Dimension.WRITER


@pytest.mark.slow
def test_a_failover_between_two_pages_of_one_pass_leaves_each_minute_of_each_series_once_in_the_history(
    hooks: Hooks, tmp_path: Path
) -> None:
    """The roles are swapped while GetMetricData is being answered; what was asked for before it is answered after it."""
    stage, rds = Stage(hooks, 3, page_points=150), boto3.client("rds")
    answer, swapped = hooks.answers[("cloudwatch", "GetMetricData")], list[str]()

    def during(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("NextToken") and not swapped:
            rds.failover_db_cluster(DBClusterIdentifier="shop", TargetDBInstanceIdentifier="shop-2")
            swapped.extend(
                one["DBInstanceIdentifier"]
                for one in rds.describe_db_clusters()["DBClusters"][0]["DBClusterMembers"]
                if one["IsClusterWriter"]
            )
        return answer(asked)

    hooks.answer("cloudwatch", "GetMetricData", during)
    seen = []
    with History(tmp_path / "h.db") as history:
        for _ in range(3):
            section = stage.collect()
            history.record(ClusterId("shop"), InstanceId("aws"), "shop", (section,), stage.now)
            seen.append({(one.metric, one.dimension, one.resource) for one in section.rows})
            stage.now += timedelta(minutes=1)
            stage.reader = Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))
        kept = history.cloud_series(
            ClusterId("shop"), ["CPUUtilization", "EngineUptime"], START - timedelta(days=1), stage.now
        )
    assert swapped == ["shop-2"]
    assert seen[0] == seen[1] == seen[2]
    assert {(one.metric, one.dimension, one.resource) for one in kept} == seen[0]
    assert len(kept) == len(seen[0]) == 4
    minutes = [START - timedelta(minutes=180 - number) for number in range(182)]
    assert all([point.at for point in one.points] == minutes for one in kept)


def test_more_than_five_hundred_queries_go_in_batches_and_every_page_is_followed(hooks: Hooks) -> None:
    stage = Stage(hooks, 0, page_points=1000)
    asked = ASKED[0]
    questions = [Question(asked, f"i-{number}") for number in range(1100)]
    for one in questions:
        stage.cloudwatch.put(asked.metric, lambda _: 7.0, DBInstanceIdentifier=one.resource)
    found = ask(stage.reader, questions, 60, START - timedelta(minutes=5), START)
    assert [len(points) for points in found.values()] == [5] * 1100
    bill = stage.reader.door.calls.bill()
    assert (
        bill.requests[("cloudwatch:GetMetricData", REGION)] == 3 + 3 + 1
    )  # 2,500, 2,500 and 500 points in pages of 1,000


def test_a_long_history_keeps_within_the_points_of_a_call(hooks: Hooks) -> None:
    stage = Stage(hooks, 0)
    asked = ASKED_BY_THE_HOUR[0]
    questions = [Question(asked, f"i-{number}") for number in range(400)]
    found = ask(
        stage.reader, questions, 3600, START - timedelta(days=15), START
    )  # 144,000 points: the stand refuses them in one call
    assert len(found) == 400


def test_trends_are_hours_and_come_back_after_a_restart(hooks: Hooks) -> None:
    stage = Stage(hooks, 1)
    (section,) = stage.trends.collect(stage.reader, stage.now).sections
    assert isinstance(section, CloudTrends)
    series = section.get("CPUUtilization", Dimension.INSTANCE, "shop-1", "p95")
    assert series is not None
    assert series.points[0].at == START - timedelta(days=15)
    assert series.points[-1].at == START - timedelta(hours=1)
    assert series.hours == 15 * 24
    stage.now += timedelta(hours=1)
    (section,) = stage.trends.collect(stage.reader, stage.now).sections
    assert isinstance(section, CloudTrends)
    again = section.get("CPUUtilization", Dimension.INSTANCE, "shop-1", "p95")
    assert again is not None
    assert again.points[-1].at == START
    assert len({point.at for point in again.points}) == len(again.points) == 15 * 24


def test_a_metric_that_cloudwatch_does_not_have_is_not_paid_for(hooks: Hooks) -> None:
    stage = Stage(hooks, 2)
    stage.collect()
    assert stage.reader.door.calls.bill().metrics == 3  # the CPU of two members, the writer's uptime


def test_without_leave_to_list_all_that_can_be_are_asked_for(hooks: Hooks) -> None:
    stage = Stage(hooks, 1)
    hooks.answer("cloudwatch", "ListMetrics", refuse("AccessDenied"))
    rows = stage.collect().rows
    asked = {one.metric for one in rows}
    assert {"CPUUtilization", "MaximumUsedTransactionIDs", "AuroraReplicaLag"} <= asked
    assert not {"FreeStorageSpace", "ServerlessDatabaseCapacity", "BlockedTransactions", "CPUCreditBalance"} & asked


def test_every_trend_that_the_checks_read_is_asked_for() -> None:
    assert {(one.metric, one.dimension, one.statistic) for one in ASKED_BY_THE_HOUR} == set(TRENDS)


def test_the_bill_of_a_month() -> None:
    assert monthly_dollars({Tier.HOT: 21}, DOLLARS_PER_METRIC) == pytest.approx(9.198)  # the reference's "about $9"
    assert monthly_dollars({Tier.WARM: 40}, DOLLARS_PER_METRIC) == pytest.approx(3.504)
