"""What the CloudWatch dashboards show: metrics of the namespace AWS/RDS by panel, with AWS's own recommended limits. Read by frame.py.

Names, dimensions, statistics and limits are those of the Amazon RDS and Aurora user guides (metrics for instances, clusters, global databases;
recommended alarms). `only` says where a metric exists: its panel is empty elsewhere.
"""

from dataclasses import dataclass

INSTANCE, CLUSTER = "DBInstanceIdentifier", "DBClusterIdentifier"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of AWS/RDS, in CloudWatch's own unit."""

    name: str
    statistic: str = "Average"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its metrics over all chosen instances (or clusters), each a line for each of them."""

    title: str
    description: str
    unit: str
    metrics: tuple[Metric, ...]
    warn: float | None = None
    falling: bool = False
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; `dimension` is what its variable chooses."""

    uid: str
    title: str
    description: str
    dimension: str
    probe: str
    """A metric that every member of the dimension has: it fills the variable."""
    rows: tuple[Row, ...]


_AURORA, _RDS = "Aurora", "RDS, not Aurora"

_LOAD = (
    Panel(
        "DB load",
        "Average active sessions, of which on CPU and waiting. Needs Database or Performance Insights.",
        "short",
        (Metric("DBLoad"), Metric("DBLoadCPU"), Metric("DBLoadNonCPU")),
    ),
    Panel(
        "DB load by vCPU",
        "Active sessions for each vCPU: above 1 sessions wait for a core, or for something else.",
        "short",
        (Metric("DBLoadRelativeToNumVCPUs"),),
        1,
    ),
    Panel("CPU", "CPU in use.", "percent", (Metric("CPUUtilization"),), 90),
    Panel(
        "Connections",
        "Client connections; the limit is max_connections of the parameter group.",
        "short",
        (Metric("DatabaseConnections"),),
    ),
    Panel("Commits", "Commits a second.", "ops", (Metric("CommitThroughput"),), only=_AURORA),
    Panel("Commit latency", "Mean time of a commit.", "ms", (Metric("CommitLatency"),), only=_AURORA),
    Panel("Deadlocks", "Deadlocks a second.", "ops", (Metric("Deadlocks"),), only=_AURORA),
    Panel(
        "Serverless capacity",
        "Capacity units in use.",
        "short",
        (Metric("ServerlessDatabaseCapacity"),),
        only="Aurora Serverless",
    ),
    Panel(
        "Serverless utilisation",
        "Share of the maximum capacity in use.",
        "percent",
        (Metric("ACUUtilization"),),
        90,
        only="Aurora Serverless",
    ),
)
_MEMORY = (
    Panel("Freeable memory", "Memory that could be given to something else.", "bytes", (Metric("FreeableMemory"),)),
    Panel("Swap", "Swap in use: growing swap costs latency.", "bytes", (Metric("SwapUsage", "Maximum"),)),
    Panel("Free storage", "Space left on the volume.", "bytes", (Metric("FreeStorageSpace", "Minimum"),), only=_RDS),
    Panel(
        "Free local storage",
        "Space for temporary files and logs.",
        "bytes",
        (Metric("FreeLocalStorage"),),
        only=_AURORA,
    ),
    Panel(
        "I/O latency",
        "The 90th percentile of a read and a write.",
        "s",
        (Metric("ReadLatency", "p90"), Metric("WriteLatency", "p90")),
        0.02,
    ),
    Panel("I/O operations", "Reads and writes a second.", "iops", (Metric("ReadIOPS"), Metric("WriteIOPS"))),
    Panel("Queue depth", "Requests that wait for the disk.", "short", (Metric("DiskQueueDepth", "Maximum"),)),
    Panel(
        "Buffer cache hits",
        "Share of requests served from memory.",
        "percent",
        (Metric("BufferCacheHitRatio"),),
        80,
        falling=True,
        only=_AURORA,
    ),
    Panel(
        "I/O credits",
        "What is left of the burst balances.",
        "percent",
        (Metric("BurstBalance", "Minimum"), Metric("EBSIOBalance%"), Metric("EBSByteBalance%")),
        20,
        falling=True,
        only="volumes and classes that burst",
    ),
)
_REPLICATION = (
    Panel(
        "Replica lag",
        "Lag of a read replica; -1 where replication is not active.",
        "s",
        (Metric("ReplicaLag", "Maximum"),),
        60,
        only=_RDS,
    ),
    Panel(
        "Aurora replica lag",
        "Lag of a reader behind the writer.",
        "ms",
        (Metric("AuroraReplicaLag", "Maximum"),),
        1000,
        only=_AURORA,
    ),
    Panel(
        "Slot lag",
        "WAL that the slot furthest behind keeps.",
        "bytes",
        (Metric("OldestReplicationSlotLag", "Maximum"),),
        only="PostgreSQL",
    ),
    Panel(
        "WAL on disk",
        "WAL, and of it what slots keep.",
        "bytes",
        (Metric("TransactionLogsDiskUsage", "Maximum"), Metric("ReplicationSlotDiskUsage", "Maximum")),
        only="RDS for PostgreSQL",
    ),
)
_ENGINES = (
    Panel(
        "Transaction ids used",
        "Age of the oldest; near 2.1 thousand million the engine refuses writes.",
        "short",
        (Metric("MaximumUsedTransactionIDs"),),
        1e9,
        only="PostgreSQL",
    ),
    Panel(
        "History list",
        "Undo that a long transaction keeps.",
        "short",
        (Metric("RollbackSegmentHistoryListLength"),),
        1e6,
        only="Aurora MySQL",
    ),
    Panel(
        "Blocked transactions",
        "Transactions a second that wait for another's lock.",
        "ops",
        (Metric("BlockedTransactions"),),
        only="Aurora MySQL",
    ),
    Panel("Failed logins", "Failed logins a second.", "ops", (Metric("LoginFailures"),), only="Aurora MySQL"),
)
_STORAGE = (
    Panel("Volume", "Bytes stored: billed by the month.", "bytes", (Metric("VolumeBytesUsed"),), only=_AURORA),
    Panel(
        "Billed reads and writes",
        "I/O operations in each period of 5 minutes: billed, but with I/O-Optimized.",
        "short",
        (Metric("VolumeReadIOPs", "Sum"), Metric("VolumeWriteIOPs", "Sum")),
        only=_AURORA,
    ),
    Panel(
        "Backup storage",
        "Storage of backups and snapshots, and what of it is billed.",
        "bytes",
        (Metric("BackupRetentionPeriodStorageUsed"), Metric("SnapshotStorageUsed"), Metric("TotalBackupStorageBilled")),
        only=_AURORA,
    ),
    Panel(
        "Backtrack records",
        "Change records kept for backtracking: billed.",
        "short",
        (Metric("BacktrackChangeRecordsStored"),),
        only="Aurora MySQL",
    ),
)
_GLOBAL = (
    Panel(
        "Replication lag",
        "Lag of the secondary Region's storage.",
        "ms",
        (Metric("AuroraGlobalDBReplicationLag", "Maximum"),),
        only="secondary Regions",
    ),
    Panel(
        "RPO lag",
        "What would be lost if the primary Region were lost now.",
        "ms",
        (Metric("AuroraGlobalDBRPOLag", "Maximum"),),
        5000,
        only="secondary Regions",
    ),
    Panel(
        "Data transferred",
        "Bytes replicated between Regions: billed.",
        "bytes",
        (Metric("AuroraGlobalDBDataTransferBytes", "Sum"),),
        only="secondary Regions",
    ),
    Panel(
        "Replicated writes",
        "Write operations replicated: billed.",
        "short",
        (Metric("AuroraGlobalDBReplicatedWriteIO", "Sum"),),
        only="secondary Regions",
    ),
)

BOARDS = (
    Board(
        "tunewright-cloudwatch-instance",
        "Tunewright / CloudWatch / Instances",
        "Instances of RDS and Aurora as CloudWatch sees them: load, CPU, memory, storage, I/O, replication, and what only one engine has.",
        INSTANCE,
        "CPUUtilization",
        (
            Row("Load", _LOAD),
            Row("Memory and storage", _MEMORY),
            Row("Replication", _REPLICATION, folded=True),
            Row("By engine", _ENGINES, folded=True),
        ),
    ),
    Board(
        "tunewright-cloudwatch-cluster",
        "Tunewright / CloudWatch / Clusters",
        "Aurora clusters as CloudWatch sees them: what is billed beside instances (storage, I/O, backups), and Global Database.",
        CLUSTER,
        "VolumeBytesUsed",
        (Row("Billed storage and I/O", _STORAGE), Row("Global Database", _GLOBAL)),
    ),
)
