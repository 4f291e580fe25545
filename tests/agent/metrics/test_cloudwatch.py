"""Our own metrics in CloudWatch, against moto behind real boto3: what is put, what it costs, and that it is off unless it is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

import aws_account
import states
from aws_account import REGION
from tunewright_agent.config.settings import CloudWatchSettings
from tunewright_agent.metrics.cloudwatch import MOST_A_CALL, Datum, Publisher, Rates, data, monthly_dollars, put
from tunewright_agent.sources.aws.price_table import PriceLists
from tunewright_agent.wiring import publisher_of
from tunewright_analyzers.facts.cloud_cost import Price, Prices
from tunewright_analyzers.finding import Severity


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with aws_account.environment(monkeypatch), mock_aws():
        yield boto3.client("cloudwatch", region_name=REGION)


def test_findings_by_severity_with_zeros_and_load_by_wait_class() -> None:
    rows = data(states.shop())
    findings = {row.dimensions[1][1]: row.value for row in rows if row.name == "FindingsOpen"}
    assert set(findings) == {str(one) for one in Severity}
    judged = states.shop().instances[0].judgement
    assert judged is not None
    assert sum(findings.values()) == len({one.id for one in judged.findings})
    load = [row for row in rows if row.name == "LoadSessions"]
    assert load
    assert all(row.dimensions[2][1] for row in load)
    assert len({row.series for row in rows}) == len(rows)


def test_a_finding_of_two_members_counts_once() -> None:
    shop = states.shop()
    twice = replace(shop, instances=(shop.instances[0], replace(shop.instances[0], instance=shop.instances[0].instance)))  # fmt: skip
    one = [row for row in data(shop) if row.name == "FindingsOpen"]
    assert [row for row in data(twice) if row.name == "FindingsOpen"] == one


def test_nothing_is_put_of_what_is_not_known() -> None:
    assert data(states.empty()) == ()


def test_what_is_put_can_be_read(client: Any) -> None:
    shop = states.shop()
    told: list[tuple[int, float]] = []
    publisher = Publisher(
        lambda: client, "Tunewright", 60.0, lambda: shop, lambda series, dollars, _: told.append((series, dollars))
    )
    publisher.publish()
    publisher.publish()
    rows = data(shop)
    assert [series for series, _ in told] == [len(rows)], "the price is told once, not each minute"
    assert told[0][1] == pytest.approx(monthly_dollars(rows, 60.0, Rates()))
    listed = client.list_metrics(Namespace="Tunewright")["Metrics"]
    assert {one["MetricName"] for one in listed} == {"FindingsOpen", "LoadSessions"}
    first = rows[0]
    read = client.get_metric_statistics(
        Namespace="Tunewright",
        MetricName=first.name,
        Dimensions=[{"Name": name, "Value": value} for name, value in first.dimensions],
        StartTime=shop.now - timedelta(minutes=5),
        EndTime=shop.now + timedelta(minutes=5),
        Period=60,
        Statistics=["Maximum"],
    )
    assert [point["Maximum"] for point in read["Datapoints"]] == [first.value]


def test_more_than_a_call_takes_are_put_in_several() -> None:
    calls: list[int] = []

    class Counting:
        def put_metric_data(self, **asked: Any) -> None:
            calls.append(len(asked["MetricData"]))

    rows = tuple(Datum("FindingsOpen", 1.0, (("Cluster", str(number)),)) for number in range(MOST_A_CALL + 5))
    put(Counting(), "Tunewright", rows, states.shop().now)
    assert calls == [MOST_A_CALL, 5]


def test_the_price_is_by_series_and_call() -> None:
    rows = tuple(Datum("FindingsOpen", 1.0, (("Cluster", str(number)),)) for number in range(10))
    assert monthly_dollars(rows, 60.0, Rates()) == pytest.approx(10 * 0.30 + 43_800 * 0.01 / 1000)


def test_the_price_is_of_its_region_where_that_is_known() -> None:
    rows = (Price("cloudwatch:metric", 0.40, "month"), Price("cloudwatch:request", 0.02, "thousand"))
    lists = PriceLists({}, (Prices("sa-east-1", date(2026, 11, 28), "test", rows),))
    for region, dollars in (("sa-east-1", 0.40), ("eu-west-1", 0.30)):
        publisher = publisher_of(CloudWatchSettings(publish=True, region=region), lists, states.shop)
        assert publisher is not None
        found = publisher._rates()
        assert (found.region, found.series_dollars) == (region if dollars == 0.40 else "us-east-1", dollars)


def test_it_is_off_unless_it_is_asked_for() -> None:
    assert publisher_of(CloudWatchSettings(), PriceLists(), states.shop) is None
    assert publisher_of(CloudWatchSettings(publish=True), PriceLists(), states.shop) is not None


def test_switched_on_it_reaches_cloudwatch_through_the_door(client: Any) -> None:
    publisher = publisher_of(
        CloudWatchSettings(publish=True, region=REGION, namespace="Own"), PriceLists(), states.shop
    )
    assert publisher is not None
    publisher.publish()
    assert {one["MetricName"] for one in client.list_metrics(Namespace="Own")["Metrics"]} == {
        "FindingsOpen",
        "LoadSessions",
    }
