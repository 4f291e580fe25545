"""What the daemon knows of a cluster that AWS runs, as a State: every metric that is asked for, the facts, the bill."""

from datetime import timedelta

import states
from cases.case import NOW
from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR
from tunewright_agent.state import AwsState, InstanceState, State
from tunewright_analyzers.facts.cloud import (
    CloudCluster,
    CloudClusters,
    CloudInstance,
    CloudInstances,
    CloudMember,
    ServerlessScaling,
)
from tunewright_analyzers.facts.cloud_insights import (
    InsightsLoad,
    InstanceLoad,
    OsMetrics,
    OsReadings,
    StatementLoad,
    WaitLoad,
)
from tunewright_analyzers.facts.cloud_lifecycle import PendingAction, PendingMaintenance
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, Dimension, MetricPoint, MetricSeries
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section, Snapshot, View

ARN = "arn:aws:rds:eu-west-1:123456789012:"


def _series(hourly: bool, age: timedelta = timedelta()) -> tuple[MetricSeries, ...]:
    asked = ASKED_BY_THE_HOUR if hourly else ASKED
    return tuple(
        MetricSeries(
            one.metric,
            one.dimension,
            "shop-1" if one.dimension is Dimension.INSTANCE else "shop",
            one.statistic,
            int(one.tier),
            (MetricPoint(NOW - timedelta(seconds=int(one.tier)) - age, 50.0),),
        )
        for one in asked
    )


def cluster() -> CloudCluster:
    """Two members, serverless limits, restorable until five minutes ago."""
    members = (CloudMember("shop-1", True, 0, "in-sync"), CloudMember("shop-2", False, 1, "in-sync"))
    return CloudCluster(
        "shop", f"{ARN}cluster:shop", "eu-west-1", "aurora-postgresql", "16.4", "available", 5432, members,
        backup_retention_days=7, latest_restorable_at=NOW - timedelta(minutes=5), scaling=ServerlessScaling(0.5, 16),
    )  # fmt: skip


def sections(age: timedelta = timedelta()) -> tuple[Section, ...]:
    """All sections that make series; points are `age` older than they could be."""
    member = CloudInstance(
        "shop-1", f"{ARN}db:shop-1", "eu-west-1", "aurora-postgresql", "16.4", "available", "db.r7g.large", "shop",
        zone="eu-west-1a", certificate_valid_till=NOW + timedelta(days=300),
    )  # fmt: skip
    alone = CloudInstance(
        "till", f"{ARN}db:till", "eu-west-1", "postgres", "16.4", "available", "db.t4g.micro", allocated_gib=20
    )
    return (
        CloudClusters((cluster(),)),
        CloudInstances((member, alone)),
        CloudMetrics(_series(False, age)),
        CloudTrends(_series(True, age)),
        PendingMaintenance((PendingAction("shop", f"{ARN}cluster:shop", "system-update"),)),
    )


def insights() -> tuple[Section, ...]:
    """Load of shop-1: one statement known by the engine's id, one by its text, one not at all; and its operating system."""
    cpu = WaitLoad("CPU", "CPU", 1.5)
    rows = (
        StatementLoad("77", None, 0.9, (cpu,)),
        StatementLoad(None, StatementId("00000000000000ab"), 0.4),
        StatementLoad("pi-1", None, 0.2),
    )
    load = InstanceLoad("shop-1", Period(NOW - timedelta(minutes=5), NOW), 1.5, (cpu,), rows)
    system = OsMetrics("shop-1", NOW, 2, 0.5, 0.1, 0.0, 1.0, 2**34, 2**33, 0, 0, 0.002, 0.4)
    return InsightsLoad((load,)), OsReadings((system,))


def cloud_snapshot(*more: Section, age: timedelta = timedelta()) -> Snapshot:
    """The cluster as AWS sees it."""
    everything = (*sections(age), *insights(), *more)
    return Snapshot(
        ClusterId("shop"),
        InstanceId("aws"),
        Engine.POSTGRESQL,
        160004,
        Flavour.AURORA,
        NOW,
        everything,
        view=View.CLOUD,
    )


def cloud_state(*more: Section, age: timedelta = timedelta()) -> State:
    """A daemon that watches that cluster alone."""
    one = InstanceState(ClusterId("shop"), InstanceId("aws"), cloud_snapshot(*more, age=age), None, None, ())
    state = states.state_of(one)
    requests = {("cloudwatch:GetMetricData", "eu-west-1"): 12, ("rds:DescribeDBClusters", "eu-west-1"): 3}
    failures = {("us-east-1", "222222222222"): "was refused"}
    aws = AwsState(requests, 4000, 0.04, failures, (("eu-west-1", "own"), *failures))
    return State(state.started_at, NOW, state.instances, aws=aws)
