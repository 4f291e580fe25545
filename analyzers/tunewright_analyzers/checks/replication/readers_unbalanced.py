"""`replication/readers_unbalanced`: reads CloudClusters, CloudMetrics; says when one reader carries the others' load."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is lopsided."""

    ratio_max: float = threshold(2.0, "ratio", "The busiest reader against the mean of all, from which it is told.")
    cpu_min: float = threshold(30, "percent", "CPU of the busiest reader below which it does not matter.")
    connections_min: float = threshold(20, "count", "Connections of the busiest reader below which they do not matter.")


def _means(context: Context[Thresholds], row: CloudCluster, metric: str) -> dict[str, float]:
    """The mean of the last hour by reader, where there are points."""
    metrics, since = context.window.need(CloudMetrics), context.window.end - timedelta(hours=1)
    found = {}
    for member in row.members:
        series = metrics.get(metric, Dimension.INSTANCE, member.instance)
        values = [point.value for point in series.since(since)] if series is not None else []
        if values and not member.is_writer:
            found[member.instance] = fmean(values)
    return found


@check(needs=(CloudClusters, CloudMetrics), thresholds=Thresholds)
def readers_unbalanced(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Readers of one cluster that carry very different load.

    Risk: one reader is slow while others idle, and they are paid for all the same.
    Evidence: CPUUtilization and DatabaseConnections of the readers over the last hour: the busiest against the mean (a rule of ours).
    Remedy: connections that live long stick to one reader: limit their age in the pool, use the reader endpoint; custom endpoints.
        No command: connections are placed by the clients.
    False positives: a reader that serves reports by itself.
    """
    limits = context.thresholds
    for row in context.window.need(CloudClusters).rows:
        floors = {"CPUUtilization": limits.cpu_min, "DatabaseConnections": limits.connections_min}
        for metric, floor in floors.items():
            means = _means(context, row, metric)
            if len(means) < 2:
                continue
            busiest = max(means, key=lambda name: means[name])
            ratio = means[busiest] / max(fmean(means.values()), 1e-9)
            if means[busiest] < floor or ratio <= limits.ratio_max:
                continue
            yield context.finding(
                subject(row),
                Severity.MEDIUM,
                f"The reader {busiest} of {row.identifier} carries {ratio:.1f} times the mean {metric} of all {len(means)} readers.",
                *(Evidence(f"{metric} of {name}", round(value, 1), "", "CloudWatch, mean of 1 h") for name, value in sorted(means.items())),
            )  # fmt: skip
            break
