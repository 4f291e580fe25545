"""`capacity/capacity_full`: reads CloudClusters, CloudInstances, CloudTrends; says when a serverless cluster has no more to give."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances, ServerlessScaling
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.forecast.cloud import capacity
from tunewright_analyzers.recommendation import Recommendation

MOST_ACU = 256
"""The largest capacity of Aurora Serverless v2 (of recent engine versions and platforms)."""


def _raised(context: Context[Nearness], found: Finding, row: CloudCluster, now: ServerlessScaling) -> Recommendation:
    """Twice the maximum, up to the most that there is."""
    most = min(2 * now.max_acu, MOST_ACU)
    lines = (f"MinCapacity={now.min_acu:g},MaxCapacity={each:g}" for each in (most, now.max_acu))
    after, before = (modify(row, serverless_v2_scaling_configuration=one) for one in lines)
    return mended(
        context,
        found,
        after,
        risk="None by itself: capacity is billed as it is used. A runaway statement may use twice as much.",
        rollback=(before,),
        template=desired(row, ServerlessV2ScalingConfiguration={"MinCapacity": now.min_acu, "MaxCapacity": most}),
    )


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def capacity_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """Capacity of a serverless member that grows towards the cluster's maximum.

    Risk: at the maximum it behaves as an instance that is too small: latency rises, sessions queue.
    Evidence: daily maximum of ServerlessDatabaseCapacity against MaxCapacity; Theil-Sen slope with its interval.
    Remedy: raise the maximum (it costs only what is used), or find the statements that need it.
    False positives: a maximum that is meant as a limit of costs.
    """
    for forecast in capacity(context.window.latest, context.window.need(CloudTrends)):
        for found in told(context, forecast, "the maximum of its capacity"):
            yield found
            member = context.window.need(CloudInstances).get(forecast.name)
            cluster = context.window.need(CloudClusters).get(member.cluster) if member is not None else None
            if cluster is not None and cluster.scaling is not None:
                yield _raised(context, found, cluster, cluster.scaling)
