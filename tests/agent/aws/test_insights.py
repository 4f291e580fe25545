"""Performance Insights, Enhanced Monitoring and RDS events. pi is a substitute behind real boto3 (moto has none); the logs are moto's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from aws_account import REGION, Hooks, make_cluster
from tunewright_agent.demo.aurora.answers import os_document
from tunewright_agent.demo.aurora.substitute import refuse
from tunewright_agent.sources.aws import enhanced_monitoring, events, insights
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import Denied, SourceError
from tunewright_analyzers.facts.cloud_insights import InsightsLoad, OsReadings
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.sql.fingerprint import fingerprint

pytestmark = pytest.mark.usefixtures("account")
NOW = datetime(2026, 11, 28, 12, 0, 20, tzinfo=UTC)


def reader(hooks: Hooks) -> Reader:
    return Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))


def switch_on(hooks: Hooks, **fields: Any) -> None:
    """Members with Performance Insights and Enhanced Monitoring: moto's rows lack the fields."""

    def more(parsed: dict[str, Any], **_: Any) -> None:
        for row in parsed.get("DBInstances", ()):
            row |= fields | {"DbiResourceId": f"db-{row['DBInstanceIdentifier']}"}  # moto gives all the same

    hooks.handlers.append(("after-call.rds.DescribeDBInstances", more))


def metrics(_: dict[str, Any]) -> dict[str, Any]:
    points = [{"Timestamp": NOW, "Value": value} for value in (2.0, 4.0)]
    waits = [
        {"Key": {"Metric": "db.load.avg", "Dimensions": {"db.wait_event.type": "CPU", "db.wait_event.name": "CPU"}}, "DataPoints": points},
        {"Key": {"Metric": "db.load.avg", "Dimensions": {"db.wait_event.type": "Lock", "db.wait_event.name": "tuple"}},
         "DataPoints": [{"Timestamp": NOW, "Value": 9.0}, {"Timestamp": NOW}]},
    ]  # fmt: skip
    return {"Identifier": "db-X", "MetricList": [{"Key": {"Metric": "db.load.avg"}, "DataPoints": points}, *waits]}


def keys(asked: dict[str, Any]) -> dict[str, Any]:
    assert asked["GroupBy"]["Group"] == "db.sql_tokenized"
    known = {
        "db.sql_tokenized.id": "1",
        "db.sql_tokenized.db_id": "-77",
        "db.sql_tokenized.statement": "SELECT * FROM orders WHERE id = ?",
    }
    strange = {
        "db.sql_tokenized.id": "2",
        "db.sql_tokenized.db_id": "pi-5",
        "db.sql_tokenized.statement": "SELECT " + "x" * 500,
    }
    partitions = [{"Dimensions": {"db.wait_event.type": "CPU", "db.wait_event.name": "CPU"}}]
    rows = [
        {"Dimensions": known, "Total": 2.5, "Partitions": [2.0]},
        {"Dimensions": strange, "Total": 0.5, "Partitions": [0.0]},
    ]
    return {"PartitionKeys": partitions, "Keys": rows}


def test_load_by_wait_and_by_statement_is_joined_with_ours(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    switch_on(hooks, PerformanceInsightsEnabled=True)
    hooks.answer("pi", "GetResourceMetrics", metrics)
    hooks.answer("pi", "DescribeDimensionKeys", keys)
    (section,) = insights.collect(reader(hooks), NOW).sections
    assert isinstance(section, InsightsLoad)
    load = section.get("shop-1")
    assert load is not None
    assert load.period.end == NOW.replace(second=0)
    assert load.sessions == 3.0
    assert [(one.wait_type, one.wait_event, one.sessions) for one in load.waits] == [
        ("Lock", "tuple", 9.0),
        ("CPU", "CPU", 3.0),
    ]
    first, second = load.statements
    assert first.query_id == "-77"
    assert first.statement == fingerprint("SELECT * FROM orders WHERE id = $1")
    assert [(one.wait_type, one.sessions) for one in first.waits] == [("CPU", 2.0)]
    assert (second.query_id, second.statement, second.waits) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "engine"),
    [("", Engine.POSTGRESQL), ("SELECT data ? 'a' FROM t WHERE", Engine.POSTGRESQL), ("SELECT * FROM t", Engine.MYSQL)],
)
def test_what_is_no_whole_statement_has_no_fingerprint(text: str, engine: Engine) -> None:
    assert insights.statement_of(text, engine) is None


def test_a_member_that_is_denied_leaves_a_gap_and_where_all_are_the_source_fails(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    switch_on(hooks, PerformanceInsightsEnabled=True)
    hooks.answer("pi", "GetResourceMetrics", refuse("NotAuthorizedException"))
    with pytest.raises(SourceError, match=r"pi:GetResourceMetrics"):
        insights.collect(reader(hooks), NOW)


def test_members_without_it_are_not_asked(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    one = reader(hooks)
    assert insights.collect(one, NOW).sections == (InsightsLoad(()),)
    assert enhanced_monitoring.collect(one, NOW).sections == (OsReadings(()),)
    assert not [action for action in one.door.calls.actions() if action.startswith(("pi:", "logs:"))]


DOCUMENT: dict[str, Any] = {
    "numVCPUs": 2,
    "cpuUtilization": {"total": 12.5, "wait": 2.0, "steal": 1.0},
    "loadAverageMinute": {"one": 0.7},
    "memory": {"total": 16_000_000, "free": 1_000_000, "cached": 2_000_000},
    "swap": {"total": 4096, "free": 4000},
    "tasks": {"blocked": 3},
    "diskIO": [{"await": 4.0}, {"await": 1.0}],
    "fileSys": [{"usedPercent": 40.0}],
    "processList": [{"name": "postgres: alice shop 10.0.0.1(1234) SELECT"}],
}


def test_the_operating_system_of_a_member(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    switch_on(hooks, MonitoringInterval=60)
    one = reader(hooks)
    stream, logs = one.instances()[0]["DbiResourceId"], boto3.client("logs")
    logs.create_log_group(logGroupName="RDSOSMetrics")
    logs.create_log_stream(logGroupName="RDSOSMetrics", logStreamName=stream)
    at = datetime.now(UTC).replace(microsecond=0)
    old = DOCUMENT | {"numVCPUs": 1}
    logs.put_log_events(
        logGroupName="RDSOSMetrics",
        logStreamName=stream,
        logEvents=[
            {"timestamp": int((at - timedelta(minutes=1)).timestamp() * 1000), "message": json.dumps(old)},
            {"timestamp": int(at.timestamp() * 1000), "message": json.dumps(DOCUMENT)},
        ],
    )
    (section,) = enhanced_monitoring.collect(one, NOW).sections
    assert isinstance(section, OsReadings)
    (row,) = section.rows  # the other member's stream does not exist yet
    assert (row.instance, row.at, row.vcpus, row.cpu_ratio) == ("shop-1", at, 2, 0.125)
    assert (row.memory_bytes, row.memory_free_bytes) == (16_000_000 * 1024, 3_000_000 * 1024)
    assert (row.swap_used_bytes, row.tasks_blocked) == (96 * 1024, 3)
    assert (row.disk_await_seconds, row.filesystem_used_ratio) == (0.004, 0.4)
    assert "alice" not in repr(row)


@pytest.mark.parametrize(("is_aurora", "wait"), [(True, 0.0016), (False, 0.0021)])
def test_whole_documents_of_aurora_and_of_rds(is_aurora: bool, wait: float) -> None:
    """In the forms of AWS's own documentation, each with a process that names a user and an address."""
    text = os_document("shop-1", is_aurora=is_aurora)
    row = enhanced_monitoring.reading_of("shop-1", text, NOW)
    assert (row.vcpus, row.cpu_ratio, row.load_1m, row.tasks_blocked) == (4, 0.315, 1.3, 0)
    assert row.disk_await_seconds == pytest.approx(wait)
    assert row.filesystem_used_ratio == pytest.approx(0.21)
    assert "alice" in text
    assert "alice" not in repr(row)


def test_a_document_that_is_not_as_documented_is_an_error_without_its_text() -> None:
    with pytest.raises(SourceError) as caught:
        enhanced_monitoring.reading_of("shop-1", '{"alice": 1}', NOW)
    assert "alice" not in caught.value.reason


def test_events_of_the_cluster_and_its_members_oldest_first(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    durations: list[int] = []

    def happened(asked: dict[str, Any]) -> list[dict[str, Any]]:
        durations.append(asked["Duration"])
        return [
            {"SourceIdentifier": "shop", "Date": NOW, "EventCategories": ["failover"], "Message": "Completed failover"},
            {
                "SourceIdentifier": "shop-1",
                "Date": NOW - timedelta(minutes=1),
                "EventCategories": ["configuration change"],
                "Message": "x",
            },
            {"SourceIdentifier": "shop-1", "Date": NOW, "EventCategories": [], "Message": "y"},
            {"SourceIdentifier": "other", "Date": NOW, "EventCategories": ["failover"], "Message": "z"},
        ]

    hooks.pages("rds", "DescribeEvents", "Events", happened, 3)
    source, one = events.RdsEvents(), reader(hooks)
    (section,) = source.collect(one, NOW).sections
    assert isinstance(section, Events)
    assert [(row.kind, row.subject) for row in section.rows] == [
        ("aws_configuration_change", "shop-1"),
        ("failover", "shop"),
        ("aws_notice", "shop-1"),
    ]
    source.collect(one, NOW)
    assert durations == [1440, 1440, 30, 30]


def test_a_log_group_that_is_denied_is_told_with_the_mend(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    switch_on(hooks, MonitoringInterval=60)
    hooks.answer("cloudwatch-logs", "GetLogEvents", refuse("AccessDeniedException"))
    with pytest.raises(Denied, match=r"logs:GetLogEvents") as caught:
        enhanced_monitoring.collect(reader(hooks), NOW)
    assert caught.value.mend == "allow logs:GetLogEvents: `tunewright iam-policy` prints the policy"
