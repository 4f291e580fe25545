"""Which CloudWatch metrics are asked for, of which dimension, by which statistic, and how often: the tiers that bound the bill.

GetMetricData costs by metric requested, whether it has points or not: a metric is asked for only where the target can have it.
Names, units and dimensions: CloudWatch metrics for Amazon Aurora and Amazon RDS (AWS documentation).
"""

from dataclasses import dataclass
from enum import IntEnum

from tunewright_analyzers.facts.cloud_metrics import TRENDS, Dimension

INSTANCE, CLUSTER, WRITER, READER = Dimension.INSTANCE, Dimension.CLUSTER, Dimension.WRITER, Dimension.READER


class Tier(IntEnum):
    """Seconds between two questions, and the period of the points."""

    HOT = 60
    WARM = 300
    HOURLY = 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric by one statistic. `only` names traits, all of which the target must have (see `traits`)."""

    metric: str
    dimension: Dimension
    statistic: str
    tier: Tier
    only: frozenset[str] = frozenset()


def _asked(tier: Tier, dimension: Dimension, statistic: str, names: str, only: str = "") -> tuple[Asked, ...]:
    return tuple(Asked(name, dimension, statistic, tier, frozenset(only.split())) for name in names.split())


ASKED: tuple[Asked, ...] = (
    *_asked(Tier.HOT, INSTANCE, "Average", "CPUUtilization DatabaseConnections DBLoad DBLoadCPU DBLoadNonCPU FreeableMemory CommitLatency"),
    *_asked(Tier.HOT, INSTANCE, "p90", "ReadLatency WriteLatency"),
    *_asked(Tier.HOT, INSTANCE, "Sum", "Deadlocks"),
    *_asked(Tier.HOT, INSTANCE, "Maximum", "AuroraReplicaLag", "aurora"),
    *_asked(Tier.HOT, INSTANCE, "Maximum", "ReplicaLag", "rds replica"),
    *_asked(Tier.HOT, INSTANCE, "Average", "ServerlessDatabaseCapacity", "serverless"),
    *_asked(Tier.HOT, INSTANCE, "Maximum", "ACUUtilization", "serverless"),
    *_asked(Tier.HOT, WRITER, "Average", "EngineUptime", "aurora"),
    *_asked(Tier.HOT, CLUSTER, "Maximum", "AuroraGlobalDBRPOLag AuroraGlobalDBReplicationLag", "secondary"),
    *_asked(Tier.WARM, WRITER, "Average", "CPUUtilization DatabaseConnections", "aurora"),
    *_asked(Tier.WARM, READER, "Average", "CPUUtilization DatabaseConnections", "aurora"),
    *_asked(Tier.WARM, WRITER, "Average", "StorageNetworkThroughput", "aurora"),
    *_asked(Tier.WARM, WRITER, "Average", "AuroraBinlogReplicaLag", "aurora mysql"),
    *_asked(Tier.WARM, INSTANCE, "Average", "DBLoadRelativeToNumVCPUs CommitThroughput BufferCacheHitRatio ReadIOPS WriteIOPS NetworkThroughput"),
    *_asked(Tier.WARM, INSTANCE, "Maximum", "SwapUsage DiskQueueDepth"),
    *_asked(Tier.WARM, INSTANCE, "Average", "FreeLocalStorage", "aurora"),
    *_asked(Tier.WARM, INSTANCE, "Maximum", "AuroraReplicaLagMaximum AuroraReplicaLagMinimum", "aurora"),
    *_asked(Tier.WARM, INSTANCE, "Minimum", "FreeStorageSpace", "rds"),
    *_asked(Tier.WARM, INSTANCE, "Average", "EBSIOBalance% EBSByteBalance%"),
    *_asked(Tier.WARM, INSTANCE, "Minimum", "BurstBalance", "rds"),
    *_asked(Tier.WARM, INSTANCE, "Minimum", "CPUCreditBalance", "burstable"),
    *_asked(Tier.WARM, INSTANCE, "Average", "MaximumUsedTransactionIDs", "postgresql"),
    *_asked(Tier.WARM, INSTANCE, "Maximum", "OldestReplicationSlotLag ReplicationSlotDiskUsage TransactionLogsDiskUsage", "postgresql"),
    *_asked(Tier.WARM, INSTANCE, "Maximum", "TransactionAgeMaximum FreeEphemeralStorage AuroraOptimizedReadsCacheHitRatio", "aurora"),
    *_asked(Tier.WARM, INSTANCE, "Maximum", "AuroraMemoryHealthState", "aurora mysql"),
    *_asked(Tier.WARM, INSTANCE, "Average", "BlockedTransactions ActiveTransactions RollbackSegmentHistoryListLength LoginFailures", "aurora mysql"),
    *_asked(Tier.WARM, INSTANCE, "Average", "DMLLatency SelectLatency DDLLatency InsertLatency UpdateLatency DeleteLatency", "aurora mysql"),
    *_asked(Tier.WARM, CLUSTER, "Sum", "VolumeReadIOPs VolumeWriteIOPs", "aurora"),
    *_asked(Tier.WARM, CLUSTER, "Maximum", "AuroraGlobalDBProgressLag AuroraGlobalDBReplicatedWriteIO AuroraGlobalDBDataTransferBytes", "secondary"),
    *_asked(Tier.WARM, CLUSTER, "Average", "BacktrackChangeRecordsCreationRate BacktrackChangeRecordsStored", "aurora mysql backtrack"),
    *_asked(Tier.WARM, INSTANCE, "Sum", "BacktrackWindowAlert", "aurora mysql backtrack"),
    *_asked(Tier.WARM, INSTANCE, "Average", "BacktrackWindowActual", "aurora mysql backtrack"),
)  # fmt: skip

_TREND_ONLY = {
    "FreeLocalStorage": "aurora",
    "FreeStorageSpace": "rds",
    "MaximumUsedTransactionIDs": "postgresql",
    "ServerlessDatabaseCapacity": "serverless",
    "ACUUtilization": "serverless",
    "AuroraVolumeBytesLeftTotal": "aurora mysql",
}
ASKED_BY_THE_HOUR: tuple[Asked, ...] = tuple(
    Asked(metric, dimension, statistic, Tier.HOURLY, frozenset(_TREND_ONLY.get(metric, "aurora" if dimension is CLUSTER else "").split()))
    for metric, dimension, statistic in TRENDS
)  # fmt: skip
"""What cost and forecasts read, 14 days back."""


def monthly_dollars(asked: dict[Tier, int], dollars_per_metric: float) -> float:
    """Dollars of a month (730 hours) for so many queries of each tier, asked at the tier's interval."""
    return sum(number * 730 * 3600 / tier * dollars_per_metric for tier, number in asked.items())
