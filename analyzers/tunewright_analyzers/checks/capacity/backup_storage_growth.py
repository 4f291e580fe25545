"""`capacity/backup_storage_growth`: reads CloudClusters, CloudInstances, CloudTrends; says when backups have grown beyond reason."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.forecast.cloud import backup_storage


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Nearness)
def backup_storage_growth(context: Context[Nearness]) -> Iterator[Verdict]:
    """Billed backup storage that grows much faster than the cluster.

    Risk: costs: manual snapshots and a long retention of a volume that changes much are billed by the GiB and month.
    Evidence: daily TotalBackupStorageBilled against three times VolumeBytesUsed; Theil-Sen slope with its interval.
    Remedy: delete manual snapshots that nobody needs; a shorter retention, or AWS Backup's cold tier for old ones.
        No command: which snapshots are needed is yours to know.
    False positives: a rule that asks for many years of snapshots.
    """
    for forecast in backup_storage(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "three times the size of its volume in billed backups")
