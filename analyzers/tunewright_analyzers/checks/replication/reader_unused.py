"""`replication/reader_unused`: reads CloudClusters, CloudTrends; says which reader nobody has read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import INCOMPLETE_HOURS, CloudTrends, Dimension
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long nobody must have come."""

    days_min: float = threshold(7, "days", "Days without a connection.")
    readers_min: float = threshold(
        2, "count", "Readers that a cluster must have: a single one stands by for a failover."
    )


def _removed(
    context: Context[Thresholds], found: Finding, cluster: CloudCluster, name: str
) -> Iterator[Recommendation]:
    """The line that removes it, where its class is known, so that it can be made again."""
    instances = context.window.section(CloudInstances)
    row = instances.get(name) if instances is not None else None
    if row is None:
        return
    tier = {} if row.promotion_tier is None else {"promotion_tier": row.promotion_tier}
    yield mended(
        context,
        found,
        aws("rds", "delete-db-instance", cluster.region, db_instance_identifier=name),
        risk="Its reads, and its place in a failover, are gone: keep a reader in another zone than the writer.",
        rollback=(
            aws("rds", "create-db-instance", cluster.region, db_instance_identifier=name, db_cluster_identifier=cluster.identifier,
                db_instance_class=row.instance_class, engine=cluster.engine, **tier),
        ),
        caution="First send reads to the reader endpoint: it may be wanted after all.",
    )  # fmt: skip


@check(needs=(CloudClusters, CloudTrends), thresholds=Thresholds)
def reader_unused(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A reader without any connection for days, beside others.

    Risk: it is paid for and serves nothing; or the reader endpoint is not used, and the writer carries all reads.
    Evidence: DatabaseConnections (hourly maximum) is 0 in every hour of the days looked at.
    Remedy: send reads to the reader endpoint, or remove the reader (keep one in another zone for failovers).
    False positives: a reader kept for failovers or for the end of the month.
    """
    limits, end = context.thresholds, context.window.end
    trends = context.window.need(CloudTrends)
    for row in context.window.need(CloudClusters).rows:
        names = [one.instance for one in row.members if not one.is_writer]
        if len(names) < limits.readers_min:
            continue
        for name in names:
            series = trends.get("DatabaseConnections", Dimension.INSTANCE, name, "Maximum")
            points = series.since(end - timedelta(days=limits.days_min)) if series is not None else ()
            hours = len(points) * (series.period_seconds if series else 0) / 3600
            if hours < limits.days_min * 24 - INCOMPLETE_HOURS or any(point.value > 0 for point in points):
                continue
            found = context.finding(
                Subject("instance", name),
                Severity.LOW,
                f"Nobody has connected to the reader {name} of {row.identifier} for {hours / 24:.0f} days.",
                Evidence("DatabaseConnections", 0, "count", f"CloudWatch, maximum of {hours:.0f} h"),
            )
            yield found
            yield from _removed(context, found, row, name)
