"""Short makers of the cloud's facts: an Aurora cluster `shop` of a writer and two readers that nothing is wrong with."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases.case import NOW
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances, CloudMember
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, Dimension, MetricPoint, MetricSeries
from tunewright_analyzers.facts.effects import Change, Effect, Effects, Outcome, What

REGION = "eu-west-1"
ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def later(**units: float) -> datetime:
    """The time so long after the cases' now."""
    return NOW + timedelta(**units)


def member(number: int = 1, **changes: Any) -> CloudMember:
    """shop-1 writes, the others read."""
    return replace(CloudMember(f"shop-{number}", number == 1, min(number - 1, 15), "in-sync"), **changes)


def aurora(**changes: Any) -> CloudCluster:
    """A sound Aurora PostgreSQL cluster of three members."""
    sound = CloudCluster(
        identifier="shop",
        arn=f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:shop",
        region=REGION,
        engine="aurora-postgresql",
        engine_version="16.9",
        status="available",
        port=5432,
        members=(member(1), member(2), member(3)),
        is_encrypted=True,
        kms_key=KEY,
        security_groups=("sg-shop",),
        subnet_group="shop-subnets",
        parameter_group="shop-16",
        has_iam_authentication=True,
        backup_retention_days=14,
        earliest_restorable_at=NOW - timedelta(days=14),
        latest_restorable_at=NOW - timedelta(minutes=5),
        created_at=NOW - timedelta(days=400),
        has_deletion_protection=True,
        copies_tags=True,
        upgrades_minor_versions=True,
        is_multi_zone=True,
        log_exports=("postgresql",),
        insights_mode="standard",
        has_performance_insights=True,
        monitoring_interval_seconds=60,
    )
    return replace(sound, **changes)


def instance(number: int = 1, **changes: Any) -> CloudInstance:
    """A sound member of `shop`, each in a zone of its own."""
    name = f"shop-{number}"
    sound = CloudInstance(
        identifier=name,
        arn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}",
        region=REGION,
        engine="aurora-postgresql",
        engine_version="16.9",
        status="available",
        instance_class="db.r8g.xlarge",
        cluster="shop",
        resource_id=f"db-SHOP{number}",
        address=f"{name}.example.{REGION}.rds.amazonaws.com",
        port=5432,
        zone=ZONES[(number - 1) % 3],
        promotion_tier=min(number - 1, 15),
        is_encrypted=True,
        kms_key=KEY,
        security_groups=("sg-shop",),
        subnet_group="shop-subnets",
        parameter_group="shop-16-instance",
        has_iam_authentication=True,
        backup_retention_days=14,
        has_deletion_protection=True,
        copies_tags=True,
        log_exports=("postgresql",),
        insights_mode="standard",
        has_performance_insights=True,
        performance_insights_retention_days=7,
        monitoring_interval_seconds=60,
        certificate="rds-ca-rsa2048-g1",
        certificate_valid_till=later(days=300),
        created_at=NOW - timedelta(days=400),
    )
    return replace(sound, **changes)


def alone(**changes: Any) -> CloudInstance:
    """A sound stand-alone RDS for PostgreSQL instance `ledger`, Multi-AZ."""
    sound = instance(
        1,
        identifier="ledger",
        arn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:ledger",
        engine="postgres",
        instance_class="db.m8g.large",
        cluster=None,
        promotion_tier=None,
        is_multi_zone=True,
        latest_restorable_at=NOW - timedelta(minutes=5),
        storage_type="gp3",
        allocated_gib=100,
        max_allocated_gib=1000,
    )
    return replace(sound, **changes)


def clusters(*rows: CloudCluster) -> CloudClusters:
    """The section."""
    return CloudClusters(rows)


def instances(*rows: CloudInstance) -> CloudInstances:
    """The section; the three members of `shop` where none is given."""
    return CloudInstances(rows or (instance(1), instance(2), instance(3)))


def series(
    metric: str,
    *values: float,
    of: str = "shop-1",
    dimension: Dimension = Dimension.INSTANCE,
    statistic: str = "Average",
    period_seconds: int = 3600,
) -> MetricSeries:
    """Values that end at the cases' now, one a period."""
    first = NOW - timedelta(seconds=period_seconds * len(values))
    points = tuple(
        MetricPoint(first + timedelta(seconds=period_seconds * number), value) for number, value in enumerate(values)
    )
    return MetricSeries(metric, dimension, of, statistic, period_seconds, points)


def metrics(*rows: MetricSeries) -> CloudMetrics:
    """The section of the last hours."""
    return CloudMetrics(rows)


def trends(*rows: MetricSeries) -> CloudTrends:
    """The section of the last weeks."""
    return CloudTrends(rows)


def ramp(metric: str, start: float, per_day: float, *, days: int = 14, **changes: Any) -> MetricSeries:
    """A metric that rises by so much a day, hour by hour, and is at `start` + `per_day` * `days` at the end."""
    return series(metric, *[start + per_day * hour / 24 for hour in range(days * 24)], **changes)


def resized(name: str = "shop-1", field: str = "DBInstanceClass", **ago: float) -> Effects:
    """What the ledger says of a field that was changed so long ago."""
    at, called = NOW - timedelta(**ago), f"instance {name}: {field}"
    change = Change("c1", What.RESOURCE, called, called, None, None, at, at, before="former", now="present")
    return Effects((Effect(change, Outcome.UNCHANGED, "", at),))
