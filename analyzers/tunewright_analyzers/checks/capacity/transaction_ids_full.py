"""`capacity/transaction_ids_full`: reads CloudClusters, CloudInstances, CloudTrends; says when transaction ids run out."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.forecast.cloud import transaction_ids


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def transaction_ids_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """The age of the oldest transaction id that grows towards the wraparound.

    Risk: near 2,146,483,648 the engine takes no more writes until a vacuum has frozen the oldest rows, which can take hours.
    Evidence: daily maximum of MaximumUsedTransactionIDs; Theil-Sen slope with its interval.
    Remedy: as in maintenance/wraparound and maintenance/horizon_held_back: end what holds vacuum back, then VACUUM (FREEZE).
        No command: the mend is SQL.
    False positives: an age that rises up to autovacuum_freeze_max_age and falls again is normal: the slope over weeks is small.
    """
    for forecast in transaction_ids(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "the wraparound limit")
