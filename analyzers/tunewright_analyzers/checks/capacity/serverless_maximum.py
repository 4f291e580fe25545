"""`capacity/serverless_maximum`: reads CloudClusters, CloudInstances, CloudTrends; says which serverless cluster is held down by its maximum."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension
from tunewright_analyzers.finding import Evidence, Severity

HEADROOM = 1.3
LARGEST = 256
"""ACU."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is pinned."""

    utilization: float = threshold(90, "percent", "ACUUtilization above which an hour counts as pinned.")
    hours_min: float = threshold(3, "hours", "Pinned hours of the last week from which it is told.")


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Thresholds)
def serverless_maximum(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A serverless cluster whose members reach the maximum of their capacity.

    Risk: at the maximum it cannot scale, and sessions queue as on an instance that is too small.
    Evidence: hours of the last week whose ACUUtilization was above 90 %; ServerlessDatabaseCapacity at its peak.
    Remedy: a maximum of at least 1.3 times the peak; only what is used is billed.
    False positives: a maximum that is meant as a limit of costs.
    """
    limits, start = context.thresholds, context.window.end - timedelta(days=7)
    trends, instances = context.window.need(CloudTrends), context.window.need(CloudInstances).rows
    for row in context.window.need(CloudClusters).rows:
        names = [one.identifier for one in instances if one.cluster == row.identifier and one.is_serverless]
        found = [trends.get("ACUUtilization", Dimension.INSTANCE, name, "Maximum") for name in names]
        pinned = max(
            (sum(point.value > limits.utilization for point in one.since(start)) * one.period_seconds / 3600
             for one in found if one is not None), default=0.0)  # fmt: skip
        if row.scaling is None or pinned < limits.hours_min or row.scaling.max_acu >= LARGEST:
            continue
        target = min(math.ceil(row.scaling.max_acu * HEADROOM), LARGEST)
        finding = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} was at the maximum of {row.scaling.max_acu:g} ACU in {pinned:.0f} hours of the last week.",
            Evidence("pinned", pinned, "hours", f"ACUUtilization > {limits.utilization:g} %, 7 days"),
            evidence(row, "ServerlessV2ScalingConfiguration.MaxCapacity", row.scaling.max_acu, "ACU"),
        )
        yield finding
        least = row.scaling.min_acu
        yield mended(
            context,
            finding,
            modify(row, serverless_v2_scaling_configuration=f"MinCapacity={least:g},MaxCapacity={target:g}"),
            risk="A runaway statement may cost more; some parameters (max_connections) follow the maximum after a reboot.",
            rollback=(
                modify(row, serverless_v2_scaling_configuration=f"MinCapacity={least:g},MaxCapacity={row.scaling.max_acu:g}"),
            ),
            template=desired(row, ServerlessV2ScalingConfiguration={"MinCapacity": least, "MaxCapacity": target}),
        )  # fmt: skip
