"""Every metric of the reference is asked for, at its dimension, by its statistic, at its tier: a list of its own, so that none is lost unseen."""

import pytest

from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR, Tier
from tunewright_analyzers.facts.cloud_metrics import Dimension

I, C, W, R = Dimension.INSTANCE, Dimension.CLUSTER, Dimension.WRITER, Dimension.READER  # noqa: E741  # as AWS's table has them
LIST: dict[tuple[Dimension, str], str] = {
    (
        I,
        "Average",
    ): "CPUUtilization DatabaseConnections DBLoad DBLoadCPU DBLoadNonCPU DBLoadRelativeToNumVCPUs FreeableMemory FreeLocalStorage "
    "BufferCacheHitRatio EBSIOBalance% EBSByteBalance% MaximumUsedTransactionIDs CommitLatency CommitThroughput ServerlessDatabaseCapacity "
    "BlockedTransactions ActiveTransactions RollbackSegmentHistoryListLength LoginFailures DMLLatency SelectLatency DDLLatency InsertLatency "
    "UpdateLatency DeleteLatency BacktrackWindowActual",
    (I, "p90"): "ReadLatency WriteLatency",
    (I, "Minimum"): "FreeStorageSpace BurstBalance CPUCreditBalance",
    (
        I,
        "Maximum",
    ): "ReplicaLag AuroraReplicaLag AuroraReplicaLagMaximum AuroraReplicaLagMinimum ACUUtilization OldestReplicationSlotLag "
    "ReplicationSlotDiskUsage TransactionLogsDiskUsage AuroraMemoryHealthState TransactionAgeMaximum SwapUsage DiskQueueDepth "
    "FreeEphemeralStorage AuroraOptimizedReadsCacheHitRatio",
    (I, "Sum"): "Deadlocks BacktrackWindowAlert",
    (W, "Average"): "CPUUtilization DatabaseConnections EngineUptime StorageNetworkThroughput AuroraBinlogReplicaLag",
    (R, "Average"): "CPUUtilization DatabaseConnections",
    (C, "Sum"): "VolumeReadIOPs VolumeWriteIOPs",
    (
        C,
        "Average",
    ): "VolumeBytesUsed BackupRetentionPeriodStorageUsed SnapshotStorageUsed TotalBackupStorageBilled AuroraVolumeBytesLeftTotal "
    "BacktrackChangeRecordsCreationRate BacktrackChangeRecordsStored",
    (
        C,
        "Maximum",
    ): "AuroraGlobalDBReplicationLag AuroraGlobalDBProgressLag AuroraGlobalDBRPOLag AuroraGlobalDBReplicatedWriteIO "
    "AuroraGlobalDBDataTransferBytes",
}
"""The project's reference of CloudWatch metrics for Aurora and RDS (namespace AWS/RDS)."""
HOT = "CPUUtilization DatabaseConnections DBLoad FreeableMemory ReadLatency WriteLatency CommitLatency AuroraReplicaLag ReplicaLag EngineUptime"


@pytest.mark.parametrize(("dimension", "statistic"), LIST, ids=lambda one: str(one))
def test_the_list_is_asked_for(dimension: Dimension, statistic: str) -> None:
    asked = {
        one.metric for one in (*ASKED, *ASKED_BY_THE_HOUR) if (one.dimension, one.statistic) == (dimension, statistic)
    }
    assert set(LIST[dimension, statistic].split()) - asked == set()


def test_what_moves_in_minutes_is_read_every_minute_and_sizes_by_the_hour() -> None:
    assert set(HOT.split()) <= {one.metric for one in ASKED if one.tier is Tier.HOT}
    slow = {"VolumeBytesUsed", "SnapshotStorageUsed", "TotalBackupStorageBilled", "BackupRetentionPeriodStorageUsed"}
    assert slow <= {one.metric for one in ASKED_BY_THE_HOUR}
    assert not slow & {one.metric for one in ASKED}
