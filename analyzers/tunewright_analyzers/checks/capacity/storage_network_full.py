"""`capacity/storage_network_full`: reads CloudClusters, CloudInstances, CloudMetrics, ClassNetworks; says whose network is full."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import evidence, subject, writer
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.facts.cloud_network import ClassNetworks
from tunewright_analyzers.finding import Evidence, Severity

LOOKED_AT = timedelta(minutes=60)
LEAST_POINTS = 6
_MEGA = 1e6
SOURCE = "ec2:DescribeInstanceTypes"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How full is too full."""

    share_max: float = threshold(
        0.8, "ratio", "Share of what the class's network carries all the time, as the median of an hour."
    )
    high_share: float = threshold(1.0, "ratio", "Share from which it is severe: the instance lives on credits.")


@check(needs=(CloudClusters, CloudInstances, CloudMetrics, ClassNetworks), thresholds=Thresholds)
def storage_network_full(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An Aurora writer that exchanges about as much with its storage as its class's network carries all the time.

    Risk: above that it lives on credits; when they are gone, reads that miss the buffer cache and commits queue.
    Evidence: median of StorageNetworkThroughput (the writer's role) over an hour against BaselineBandwidthInGbps of ec2:DescribeInstanceTypes.
    Remedy: fewer blocks read (indexes/missing, a larger buffer cache), or a class with more bandwidth. No command: the statements come first.
    False positives: a bulk load that ends; EC2's figure is that of the type of the same name, in each direction.
    """
    limits, since = context.thresholds, context.window.end - LOOKED_AT
    metrics, networks = context.window.need(CloudMetrics), context.window.need(ClassNetworks)
    for row in context.window.need(CloudClusters).rows:
        series = metrics.get("StorageNetworkThroughput", Dimension.WRITER, row.identifier)
        values = [point.value for point in series.since(since)] if series is not None else []
        member = writer(context.window, row)
        network = networks.get(member.instance_class) if member is not None else None
        if member is None or network is None or len(values) < LEAST_POINTS:
            continue
        share = median(values) / network.sustained_bytes_per_second
        if share <= limits.share_max:
            continue
        yield context.finding(
            subject(row),
            Severity.HIGH if share > limits.high_share else Severity.MEDIUM,
            f"The writer of {row.identifier} exchanges {median(values) / _MEGA:,.0f} MB/s with its storage: "
            f"{share:.0%} of what {member.instance_class} carries all the time.",
            Evidence("StorageNetworkThroughput", round(median(values)), "bytes/s", f"CloudWatch, Role=WRITER, median of {len(values)} points"),
            Evidence("sustained bandwidth", round(network.sustained_bytes_per_second), "bytes/s", f"{SOURCE} BaselineBandwidthInGbps"),
            Evidence("peak bandwidth", round(network.peak_bytes_per_second), "bytes/s", f"{SOURCE} PeakBandwidthInGbps"),
            evidence(row, "DBClusterMembers", member.identifier),
        )  # fmt: skip
