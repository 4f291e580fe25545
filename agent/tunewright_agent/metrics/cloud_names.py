"""CloudWatch's metrics under our names, in base units as Prometheus has them. A test holds that every metric asked for has one."""

from dataclasses import dataclass

MILLI, PERCENT = 0.001, 0.01


@dataclass(frozen=True, slots=True)
class CloudName:
    """Our name of a CloudWatch metric, what its values are multiplied by, and the help text."""

    name: str
    factor: float
    help: str


def _names(*rows: tuple[str, str, float, str]) -> dict[str, CloudName]:
    return {metric: CloudName(f"tunewright_aws_{name}", factor, told) for metric, name, factor, told in rows}


CLOUD_NAMES: dict[str, CloudName] = _names(
    ("CPUUtilization", "cpu_ratio", PERCENT, "Busy share of the processors."),
    ("DatabaseConnections", "connections", 1, "Connections in use."),
    ("DBLoad", "load_sessions", 1, "Database load: average active sessions (Performance Insights)."),
    ("DBLoadCPU", "load_cpu_sessions", 1, "Database load that waits for the processor."),
    ("DBLoadNonCPU", "load_waiting_sessions", 1, "Database load that waits for anything else."),
    ("DBLoadRelativeToNumVCPUs", "load_vcpu_ratio", 1, "Database load for each virtual processor."),
    ("FreeableMemory", "memory_free_bytes", 1, "Memory that can be had."),
    ("SwapUsage", "swap_used_bytes", 1, "Swap space in use."),
    ("FreeStorageSpace", "storage_free_bytes", 1, "Free storage of an RDS instance."),
    ("FreeLocalStorage", "local_storage_free_bytes", 1, "Free local storage of an Aurora instance."),
    ("FreeEphemeralStorage", "ephemeral_storage_free_bytes", 1, "NVMe storage that is free."),
    ("CommitLatency", "commit_latency_seconds", MILLI, "Mean time of a commit."),
    ("ReadLatency", "read_latency_seconds", 1, "Time of a read of storage, 90th percentile."),
    ("WriteLatency", "write_latency_seconds", 1, "Time of a write to storage, 90th percentile."),
    ("ReadIOPS", "storage_read_rate", 1, "Reads of storage a second."),
    ("WriteIOPS", "storage_write_rate", 1, "Writes to storage a second."),
    ("DiskQueueDepth", "disk_queue_requests", 1, "Requests that wait for the disk."),
    ("CommitThroughput", "commit_rate", 1, "Commits a second."),
    ("NetworkThroughput", "network_throughput_bytes", 1, "Traffic with clients a second, both ways."),
    ("StorageNetworkThroughput", "storage_network_throughput_bytes", 1, "Traffic with Aurora's storage a second."),
    ("BufferCacheHitRatio", "buffer_hit_ratio", PERCENT, "Share of requests that the buffer cache answered."),
    ("AuroraOptimizedReadsCacheHitRatio", "tiered_cache_hit_ratio", PERCENT, "Share that the NVMe cache answered."),
    ("Deadlocks", "deadlocks", 1, "Deadlocks of the newest minute."),
    ("AuroraReplicaLag", "replica_lag_seconds", MILLI, "How far an Aurora reader is behind."),
    ("AuroraReplicaLagMaximum", "replica_lag_max_seconds", MILLI, "How far the slowest Aurora reader is behind."),
    ("AuroraReplicaLagMinimum", "replica_lag_min_seconds", MILLI, "How far the quickest Aurora reader is behind."),
    ("AuroraBinlogReplicaLag", "binlog_replica_lag_seconds", 1, "How far a binary log replica is behind; -1: broken."),
    ("ReplicaLag", "read_replica_lag_seconds", 1, "How far a read replica is behind; -1: not replicating."),
    ("EngineUptime", "engine_uptime_seconds", 1, "How long the engine of that role has been running."),
    ("ServerlessDatabaseCapacity", "serverless_capacity_acu", 1, "Aurora capacity units in use."),
    ("ACUUtilization", "serverless_utilisation_ratio", PERCENT, "Capacity in use, of the maximum."),
    ("AuroraGlobalDBRPOLag", "global_rpo_lag_seconds", MILLI, "What a lost primary Region would cost."),
    ("AuroraGlobalDBReplicationLag", "global_replication_lag_seconds", MILLI, "How far a secondary Region is behind."),
    ("AuroraGlobalDBProgressLag", "global_progress_lag_seconds", MILLI, "How far a secondary Region's transactions are behind."),
    ("AuroraGlobalDBReplicatedWriteIO", "global_replicated_writes", 1, "Writes replicated to that Region in five minutes."),
    ("AuroraGlobalDBDataTransferBytes", "global_transfer_bytes", 1, "Bytes sent to that Region in five minutes."),
    ("EBSIOBalance%", "ebs_io_balance_ratio", PERCENT, "I/O credits left."),
    ("EBSByteBalance%", "ebs_byte_balance_ratio", PERCENT, "Throughput credits left."),
    ("BurstBalance", "burst_balance_ratio", PERCENT, "Burst credits of gp2 storage that are left."),
    ("CPUCreditBalance", "cpu_credits", 1, "CPU credits of a burstable class."),
    ("MaximumUsedTransactionIDs", "transaction_ids_used", 1, "Age of the oldest unfrozen transaction id."),
    ("TransactionAgeMaximum", "transaction_age_seconds", 1, "Age of the oldest open transaction."),
    ("OldestReplicationSlotLag", "slot_lag_bytes", 1, "WAL kept for the replication slot that is furthest behind."),
    ("ReplicationSlotDiskUsage", "slot_disk_bytes", 1, "Disk that replication slots keep."),
    ("TransactionLogsDiskUsage", "wal_disk_bytes", 1, "Disk that WAL takes."),
    ("AuroraMemoryHealthState", "memory_health_state", 1, "Aurora MySQL: 0 well, 10 reserved, 5 low."),
    ("BlockedTransactions", "blocked_transaction_rate", 1, "Transactions blocked a second."),
    ("ActiveTransactions", "active_transaction_rate", 1, "Transactions run a second."),
    ("RollbackSegmentHistoryListLength", "history_list_length", 1, "Undo records that purge has not taken."),
    ("LoginFailures", "login_failure_rate", 1, "Failed logins a second."),
    ("DMLLatency", "dml_latency_seconds", MILLI, "Mean time of inserts, updates and deletes."),
    ("SelectLatency", "select_latency_seconds", MILLI, "Mean time of selects."),
    ("DDLLatency", "ddl_latency_seconds", MILLI, "Mean time of data definition."),
    ("InsertLatency", "insert_latency_seconds", MILLI, "Mean time of inserts."),
    ("UpdateLatency", "update_latency_seconds", MILLI, "Mean time of updates."),
    ("DeleteLatency", "delete_latency_seconds", MILLI, "Mean time of deletes."),
    ("VolumeReadIOPs", "volume_reads", 1, "Billed reads of the cluster volume in five minutes."),
    ("VolumeWriteIOPs", "volume_writes", 1, "Billed writes of the cluster volume in five minutes."),
    ("BacktrackChangeRecordsCreationRate", "backtrack_records_created", 1, "Backtrack records made in five minutes."),
    ("BacktrackChangeRecordsStored", "backtrack_records", 1, "Backtrack records kept."),
    ("BacktrackWindowAlert", "backtrack_window_alerts", 1, "Times that the backtrack window was shorter than wanted."),
    ("BacktrackWindowActual", "backtrack_window_missing_seconds", 60, "How much the backtrack window lacks of its target."),
    ("VolumeBytesUsed", "volume_used_bytes", 1, "Storage of the cluster volume."),
    ("AuroraVolumeBytesLeftTotal", "volume_left_bytes", 1, "Storage left below the volume's limit."),
    ("BackupRetentionPeriodStorageUsed", "backup_continuous_bytes", 1, "Backup storage of the retention period."),
    ("SnapshotStorageUsed", "backup_snapshot_bytes", 1, "Storage of snapshots outside the retention period."),
    ("TotalBackupStorageBilled", "backup_billed_bytes", 1, "Backup storage beyond the free part."),
)  # fmt: skip
