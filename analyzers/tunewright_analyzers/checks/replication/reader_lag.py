"""`replication/reader_lag`: reads CloudClusters, CloudMetrics; says which Aurora reader serves old rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.cloud import CloudClusters
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When lag is worth telling."""

    warn_milliseconds: float = threshold(100, "milliseconds", "Median lag of 15 minutes from which it is told.")
    high_milliseconds: float = threshold(1000, "milliseconds", "Median lag from which it is severe.")


@check(needs=(CloudClusters, CloudMetrics), thresholds=Thresholds)
def reader_lag(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An Aurora reader that lags behind the writer.

    Risk: reads see old rows; a reader that lags far enough restarts by itself to catch up.
    Evidence: AuroraReplicaLag, the median of the last 15 minutes (Aurora's usual lag is well below 100 ms).
    Remedy: look for write bursts, long transactions on the reader, and a reader smaller than the writer. No command: the load is the cause.
    False positives: a short burst, as of a bulk load.
    """
    limits, since = context.thresholds, context.window.end - timedelta(minutes=15)
    metrics = context.window.need(CloudMetrics)
    for row in context.window.need(CloudClusters).rows:
        for member in row.members:
            series = metrics.get("AuroraReplicaLag", Dimension.INSTANCE, member.instance)
            values = [point.value for point in series.since(since)] if series is not None else []
            if member.is_writer or not values or median(values) <= limits.warn_milliseconds:
                continue
            lag = median(values)
            yield context.finding(
                Subject("instance", member.instance),
                Severity.HIGH if lag > limits.high_milliseconds else Severity.MEDIUM,
                f"The reader {member.instance} of {row.identifier} lags {lag:,.0f} ms behind the writer.",
                Evidence("AuroraReplicaLag", round(lag / 1000, 3), "seconds", "CloudWatch, median of 15 min"),
            )
