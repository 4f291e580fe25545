"""`replication/global_lag`: reads CloudClusters, CloudMetrics, ParameterGroups; says when the other Region would lose too much."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity

RPO = "rds.global_db_rpo"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be lost."""

    rpo_milliseconds: float = threshold(
        5000, "milliseconds", f"AuroraGlobalDBRPOLag from which it is told where {RPO} is not set."
    )


def _allowed(window: Window, row: CloudCluster, otherwise: float) -> float:
    """Milliseconds: the cluster's own rds.global_db_rpo (seconds), or the threshold."""
    group = window.need(ParameterGroups).get(row.parameter_group, of_cluster=True)
    own = group.get(RPO) if group is not None else None
    return float(own.value) * 1000 if own is not None and own.value and own.value.isdigit() else otherwise


@check(needs=(CloudClusters, CloudMetrics, ParameterGroups), thresholds=Thresholds)
def global_lag(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A secondary Region that is further behind than the recovery point allows.

    Risk: a failover to it loses the commits of that time; with rds.global_db_rpo set, the primary holds commits back instead.
    Evidence: AuroraGlobalDBRPOLag of the secondary cluster, the maximum of the last 15 minutes, against rds.global_db_rpo.
    Remedy: a secondary as large as the primary; fewer or smaller write bursts. No command: the load is the cause.
    False positives: a bulk load.
    """
    since, metrics = context.window.end - timedelta(minutes=15), context.window.need(CloudMetrics)
    for row in context.window.need(CloudClusters).rows:
        series = metrics.get("AuroraGlobalDBRPOLag", Dimension.CLUSTER, row.identifier)
        values = [point.value for point in series.since(since)] if series is not None else []
        allowed = _allowed(context.window, row, context.thresholds.rpo_milliseconds)
        if not values or max(values) <= allowed:
            continue
        yield context.finding(
            subject(row),
            Severity.HIGH,
            f"{row.identifier} would lose {max(values) / 1000:.1f} s of commits in a failover between Regions; {allowed / 1000:.1f} s are allowed.",
            Evidence("AuroraGlobalDBRPOLag", max(values) / 1000, "seconds", "CloudWatch, maximum of 15 min"),
            Evidence("allowed", allowed / 1000, "seconds", RPO),
        )
