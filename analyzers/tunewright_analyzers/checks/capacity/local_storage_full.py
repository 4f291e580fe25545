"""`capacity/local_storage_full`: reads CloudClusters, CloudInstances, CloudTrends; says when temporary files fill the local storage."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.forecast.cloud import local_storage


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def local_storage_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """Local storage of an Aurora member that runs out.

    Risk: sorts, index builds and temporary tables fail with 'No space left on device' although the volume has room.
    Evidence: daily minimum of FreeLocalStorage against the most that was free in the same weeks; Theil-Sen slope with its interval.
    Remedy: a larger class (local storage comes with it); find the statements that spill (queries/temp_spill); rotate logs sooner.
        No command: capacity/under_provisioned names the larger class where CPU asks for it too.
    False positives: a report that ran every day of the weeks looked at and has ended.
    """
    for forecast in local_storage(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "the end of its local storage")
