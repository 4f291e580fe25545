"""`capacity/storage_full`: reads CloudClusters, CloudInstances, CloudTrends; says when the volume is full."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.forecast.cloud import storage


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def storage_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """A volume that grows towards its limit.

    Risk: an instance of RDS stops at a full volume (status storage-full), an Aurora volume refuses writes.
    Evidence: daily VolumeBytesUsed (Aurora) or allocated less FreeStorageSpace (RDS); Theil-Sen slope with its interval.
    Remedy: storage autoscaling or a larger allocation; drop, archive or vacuum what is not needed; for Aurora also resize after large deletes.
    False positives: a bulk load that has ended: the slope follows within days.
    """
    for forecast in storage(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "the limit of its storage")
