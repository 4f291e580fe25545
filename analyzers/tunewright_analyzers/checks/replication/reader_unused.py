"""`replication/reader_unused`: reads CloudClusters, CloudTrends; says which reader nobody has read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.cloud import CloudClusters
from tunewright_analyzers.facts.cloud_metrics import INCOMPLETE_HOURS, CloudTrends, Dimension
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long nobody must have come."""

    days_min: float = threshold(7, "days", "Days without a connection.")
    readers_min: float = threshold(
        2, "count", "Readers that a cluster must have: a single one stands by for a failover."
    )


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
            yield context.finding(
                Subject("instance", name),
                Severity.LOW,
                f"Nobody has connected to the reader {name} of {row.identifier} for {hours / 24:.0f} days.",
                Evidence("DatabaseConnections", 0, "count", f"CloudWatch, maximum of {hours:.0f} h"),
            )
