"""`capacity/storage_full`: reads CloudClusters, CloudInstances, CloudTrends; says when the volume is full."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.forecast.cloud import storage
from tunewright_analyzers.recommendation import Recommendation


def _autoscaled(context: Context[Nearness], found: Finding, row: CloudInstance, allocated_gib: int) -> Recommendation:
    """Leave to grow to twice of what it may hold now; where it could already, that limit doubled."""
    most = 2 * max(allocated_gib, row.max_allocated_gib or 0)
    return mended(
        context,
        found,
        modify(row, max_allocated_storage=most),
        risk="Storage only grows: what it takes is billed for good. Each growth is at least 10 %, and six hours must lie between two.",
        rollback=(modify(row, max_allocated_storage=row.max_allocated_gib or allocated_gib),),
        template=desired(row, MaxAllocatedStorage=most),
        caution="It gains time; what grows goes on to grow.",
    )


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def storage_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """A volume that grows towards its limit.

    Risk: an instance of RDS stops at a full volume (status storage-full), an Aurora volume refuses writes.
    Evidence: daily VolumeBytesUsed (Aurora) or allocated less FreeStorageSpace (RDS); Theil-Sen slope with its interval.
    Remedy: storage autoscaling or a larger allocation; drop, archive or vacuum what is not needed; for Aurora also resize after large deletes.
    False positives: a bulk load that has ended: the slope follows within days.
    """
    for forecast in storage(context.window.latest, context.window.need(CloudTrends)):
        for found in told(context, forecast, "the limit of its storage"):
            yield found
            row = context.window.need(CloudInstances).get(forecast.name)
            if forecast.kind == "instance" and row is not None and row.allocated_gib:
                yield _autoscaled(context, found, row, row.allocated_gib)
