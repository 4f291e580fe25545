"""`capacity/capacity_full`: reads CloudClusters, CloudInstances, CloudTrends; says when a serverless cluster has no more to give."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.forecast.cloud import capacity


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def capacity_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """Capacity of a serverless member that grows towards the cluster's maximum.

    Risk: at the maximum it behaves as an instance that is too small: latency rises, sessions queue.
    Evidence: daily maximum of ServerlessDatabaseCapacity against MaxCapacity; Theil-Sen slope with its interval.
    Remedy: raise the maximum (it costs only what is used), or find the statements that need it.
    False positives: a maximum that is meant as a limit of costs.
    """
    for forecast in capacity(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "the maximum of its capacity")
