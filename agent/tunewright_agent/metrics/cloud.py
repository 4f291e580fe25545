"""Series of what AWS tells of a cluster: CloudWatch's newest points, the cluster's and its members' facts, and what asking costs.

A point older than a few of its periods leaves no series: a metric that CloudWatch has stopped must not look alive.
"""

from datetime import datetime, timedelta

from tunewright_agent.metrics.cloud_names import CLOUD_NAMES
from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.state import AwsState, State
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_lifecycle import PendingMaintenance
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, MetricSeries
from tunewright_analyzers.facts.snapshot import Snapshot, View

FRESH_PERIODS = 4
"""CloudWatch's points come a period or two late."""
LATE = timedelta(hours=26)
"""Storage and backup figures come up to a day late."""
DOLLARS_PER_METRIC = 0.01 / 1000
"""GetMetricData in us-east-1 (as sources.aws.calls has it): where the Region's own price is not known."""
METRIC_ITEM = "cloudwatch:get-metric-data"
"""Of the table of prices, by the thousand."""
MONTH_HOURS = 730


def write_cloud(sheet: Sheet, snapshot: Snapshot, now: datetime) -> None:
    """All series of one cluster."""
    cluster = str(snapshot.cluster)
    metrics, trends = snapshot.section(CloudMetrics), snapshot.section(CloudTrends)
    rows = [*(metrics.rows if metrics is not None else ()), *(trends.rows if trends is not None else ())]
    _write_points(sheet, cluster, rows, now)
    if rows:
        asked = sum(MONTH_HOURS * 3600 / row.period_seconds for row in rows)
        sheet.add("tunewright_aws_request_month_dollars", asked * _dollars_a_metric(snapshot), cluster)
    clusters, instances = snapshot.section(CloudClusters), snapshot.section(CloudInstances)
    for one in clusters.rows if clusters is not None else ():
        _write_cluster(sheet, cluster, one, now)
    for member in instances.rows if instances is not None else ():
        _write_instance(sheet, cluster, member, clusters)
    if (pending := snapshot.section(PendingMaintenance)) is not None:
        sheet.add("tunewright_aws_pending_maintenance", len(pending.rows), cluster)


def _dollars_a_metric(snapshot: Snapshot) -> float:
    prices = snapshot.section(Prices)
    known = None if prices is None else prices.get(METRIC_ITEM)
    return DOLLARS_PER_METRIC if known is None else known.dollars / 1000


def _write_points(sheet: Sheet, cluster: str, rows: list[MetricSeries], now: datetime) -> None:
    finest: dict[tuple[str, str, str], MetricSeries] = {}
    for row in rows:
        key = (row.metric, row.dimension.value, row.resource)
        known = finest.get(key)
        if row.points and (known is None or row.period_seconds < known.period_seconds):
            finest[key] = row
    for (metric, dimension, resource), row in finest.items():
        name, point = CLOUD_NAMES.get(metric), row.points[-1]
        old = max(
            LATE if row.period_seconds >= 3600 else timedelta(), timedelta(seconds=row.period_seconds * FRESH_PERIODS)
        )
        if name is not None and now - point.at <= old:
            sheet.add(name.name, point.value * name.factor, cluster, resource, dimension)


def _write_cluster(sheet: Sheet, cluster: str, one: CloudCluster, now: datetime) -> None:
    sheet.add(
        "tunewright_aws_cluster_info",
        1,
        cluster,
        one.identifier,
        one.region,
        one.engine,
        one.engine_version,
        one.status,
        one.storage_type,
    )
    sheet.add("tunewright_aws_backup_retention_seconds", one.backup_retention_days * 86400, cluster, one.identifier)
    if one.latest_restorable_at is not None:
        age = (now - one.latest_restorable_at).total_seconds()
        sheet.add("tunewright_aws_restorable_age_seconds", max(0.0, age), cluster, one.identifier)
    if one.scaling is not None:
        sheet.add("tunewright_aws_serverless_min_acu", one.scaling.min_acu, cluster, one.identifier)
        sheet.add("tunewright_aws_serverless_max_acu", one.scaling.max_acu, cluster, one.identifier)
    for member in one.members:
        sheet.add("tunewright_aws_member_writes", member.is_writer, cluster, member.instance)


def _role(member: CloudInstance, clusters: CloudClusters | None) -> str:
    cluster = clusters.get(member.cluster) if clusters is not None else None
    if cluster is None or member.cluster is None:
        return "replica" if member.replica_of else "writer"
    return "writer" if cluster.writer is not None and cluster.writer.instance == member.identifier else "reader"


def _write_instance(sheet: Sheet, cluster: str, one: CloudInstance, clusters: CloudClusters | None) -> None:
    sheet.add(
        "tunewright_aws_instance_info",
        1,
        cluster,
        one.identifier,
        _role(one, clusters),
        one.instance_class,
        one.engine_version,
        one.zone or "",
        one.status,
    )
    if one.certificate_valid_till is not None:
        sheet.add(
            "tunewright_aws_certificate_valid_till_timestamp_seconds",
            one.certificate_valid_till.timestamp(),
            cluster,
            one.identifier,
        )
    if one.allocated_gib and one.cluster is None:
        sheet.add("tunewright_aws_storage_allocated_bytes", one.allocated_gib * 1024**3, cluster, one.identifier)


def write_places(sheet: Sheet, state: State) -> None:
    """Account and Region of every watched cluster; empty where it is not at AWS (or not seen there yet)."""
    places: dict[str, tuple[str, str]] = {}
    for one in state.instances:
        places.setdefault(str(one.cluster), ("", ""))
        if one.snapshot is None or one.snapshot.view is not View.CLOUD:
            continue
        clusters, members = one.snapshot.section(CloudClusters), one.snapshot.section(CloudInstances)
        rows: list[CloudCluster | CloudInstance] = [
            *(clusters.rows if clusters else ()),
            *(members.rows if members else ()),
        ]
        for row in rows:
            places[str(one.cluster)] = (_account(row.arn), row.region)
    for cluster, (account, region) in places.items():
        sheet.add("tunewright_cluster_place_info", 1, cluster, account, region)


def _account(arn: str) -> str:
    """The fifth part of an ARN; empty where there is none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""


def write_account(sheet: Sheet, state: State) -> None:
    """What we ask of AWS; nothing where no cluster of AWS is watched."""
    aws: AwsState | None = state.aws
    if aws is None:
        return
    for (action, region), number in aws.requests.items():
        sheet.add("tunewright_aws_requests_total", number, action, region)
    sheet.add("tunewright_aws_metrics_requested_total", aws.metrics_requested)
    sheet.add("tunewright_aws_request_dollars_total", aws.dollars)
    sheet.add(
        "tunewright_aws_clusters",
        sum(1 for one in state.instances if one.snapshot is not None and one.snapshot.view is View.CLOUD),
    )
    for place in dict.fromkeys((*aws.places, *aws.failures)):  # 0 where it works, so that an alert can resolve
        sheet.add("tunewright_aws_discovery_failing", int(place in aws.failures), *place)
