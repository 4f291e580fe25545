"""Cloud: how do the members of clusters on AWS fare, as CloudWatch and the RDS API see them from outside?"""

from tunewright_dashboards.board import Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

CLOUD = 'cluster=~"$cluster"'
NO_AWS = "no cluster of AWS is watched"
NOT_SUCH = "no such engine, class or feature is watched, or CloudWatch has no fresh point"
_WHO = "{{cluster}}/{{resource}}"


def newest(name: str, *more: str) -> tuple[Query, ...]:
    """CloudWatch's newest points of one or more metrics, by member; the metric's own words where there are several."""
    if not more:
        return (Query(f"tunewright_aws_{name}{{{CLOUD}}}", _WHO),)
    return tuple(Query(f"tunewright_aws_{one}{{{CLOUD}}}", f"{_WHO} {one.replace('_', ' ')}") for one in (name, *more))


def lines(
    title: str, description: str, unit: str, name: str, *more: str, warn: str | None = None, bad: str | None = None,
    falling: bool = False,
) -> Panel:  # fmt: skip
    """A panel of CloudWatch's points; `warn` and `bad` name the alerts whose limits they are."""
    return Panel(
        title, description, unit, newest(name, *more), warn=LIMITS[warn] if warn else None, bad=LIMITS[bad] if bad else None,
        falling=falling, empty=NOT_SUCH,
    )  # fmt: skip


BOARD = Board(
    "tunewright-cloud",
    "Tunewright / Cloud",
    "Members of clusters on AWS as CloudWatch and the RDS API see them: load, memory, storage, lag, Global Database, serverless.",
    (
        Row(
            "Now",
            (
                stat(
                    "Members",
                    "Instances of the chosen clusters.",
                    "short",
                    f"count(tunewright_aws_instance_info{{{CLOUD}}})",
                    empty=NO_AWS,
                ),
                stat(
                    "Busiest",
                    "The member whose processors are busiest.",
                    "percentunit",
                    f"max(tunewright_aws_cpu_ratio{{{CLOUD}}})",
                    bad=LIMITS["CloudCpuHigh"],
                    empty=NO_AWS,
                ),
                stat(
                    "Load per vCPU",
                    "Active sessions for each virtual processor, at the most.",
                    "short",
                    f"max(tunewright_aws_load_vcpu_ratio{{{CLOUD}}})",
                    warn=LIMITS["CloudLoadAboveCores"],
                    bad=LIMITS["CloudLoadFarAboveCores"],
                    empty=NOT_SUCH,
                ),
                stat(
                    "Largest lag",
                    "Aurora readers behind their writer.",
                    "s",
                    f"max(tunewright_aws_replica_lag_seconds{{{CLOUD}}})",
                    warn=LIMITS["CloudReplicaLag"],
                    empty=NOT_SUCH,
                ),
                stat(
                    "Global RPO",
                    "What a lost primary Region would cost now.",
                    "s",
                    f"max(tunewright_aws_global_rpo_lag_seconds{{{CLOUD}}})",
                    bad=LIMITS["CloudGlobalLag"],
                    empty=NOT_SUCH,
                ),
                stat(
                    "Slowest storage",
                    "90th percentile of reads and writes, of the slowest member.",
                    "s",
                    f"max(tunewright_aws_write_latency_seconds{{{CLOUD}}} or tunewright_aws_read_latency_seconds{{{CLOUD}}})",
                    warn=LIMITS["CloudStorageSlow"],
                    empty=NOT_SUCH,
                ),
                stat(
                    "Waiting maintenance",
                    "Actions that wait for the window.",
                    "short",
                    f"sum(tunewright_aws_pending_maintenance{{{CLOUD}}})",
                    warn=1,
                    empty=NO_AWS,
                ),
                stat(
                    "Unseen Regions",
                    "Regions and accounts in which discovery fails.",
                    "short",
                    "sum(tunewright_aws_discovery_failing)",
                    bad=1,
                    empty="discovery works",
                ),
            ),
        ),
        Row(
            "Members",
            (
                Panel(
                    "Clusters",
                    "Clusters with engine, release and state.",
                    "short",
                    (Query(f"tunewright_aws_cluster_info{{{CLOUD}}}", "Seen"),),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("resource", "Identifier"),
                        ("region", "Region"),
                        ("engine", "Engine"),
                        ("version", "Version"),
                        ("status", "State"),
                        ("storage_type", "Storage"),
                    ),
                    empty=NO_AWS,
                ),
                Panel(
                    "Instances",
                    "Members with role, class and place.",
                    "short",
                    (Query(f"tunewright_aws_instance_info{{{CLOUD}}}", "Seen"),),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("resource", "Instance"),
                        ("role", "Role"),
                        ("class", "Class"),
                        ("version", "Version"),
                        ("zone", "Zone"),
                        ("status", "State"),
                    ),
                    empty=NO_AWS,
                ),
                lines("Who writes", "1 for the member that writes; a change is a failover.", "short", "member_writes"),
                lines("Processors", "Busy share.", "percentunit", "cpu_ratio", bad="CloudCpuHigh"),
                lines(
                    "Database load",
                    "Active sessions: on the processor, waiting, in all.",
                    "short",
                    "load_sessions",
                    "load_cpu_sessions",
                    "load_waiting_sessions",
                ),
                lines(
                    "Load for each vCPU",
                    "Above 1 somebody waits.",
                    "short",
                    "load_vcpu_ratio",
                    warn="CloudLoadAboveCores",
                    bad="CloudLoadFarAboveCores",
                ),
                lines("Connections", "In use, as CloudWatch counts them.", "short", "connections"),
                lines(
                    "Free memory",
                    "Memory that can be had.",
                    "bytes",
                    "memory_free_bytes",
                    warn="CloudMemoryLow",
                    falling=True,
                ),
            ),
        ),
        Row(
            "Replication and Global Database",
            (
                lines(
                    "Aurora readers",
                    "How far they are behind.",
                    "s",
                    "replica_lag_seconds",
                    "replica_lag_max_seconds",
                    "replica_lag_min_seconds",
                    warn="CloudReplicaLag",
                ),
                lines(
                    "Read replicas",
                    "Of RDS, and by binary log; -1: broken.",
                    "s",
                    "read_replica_lag_seconds",
                    "binlog_replica_lag_seconds",
                    warn="CloudReadReplicaLag",
                ),
                lines(
                    "Global Database: RPO",
                    "What a lost primary Region would cost.",
                    "s",
                    "global_rpo_lag_seconds",
                    bad="CloudGlobalLag",
                ),
                lines(
                    "Global Database: lag",
                    "How far secondary Regions are behind: storage and transactions.",
                    "s",
                    "global_replication_lag_seconds",
                    "global_progress_lag_seconds",
                ),
                lines(
                    "Global Database: writes",
                    "Replicated to that Region in five minutes.",
                    "short",
                    "global_replicated_writes",
                ),
                lines(
                    "Global Database: traffic",
                    "Bytes sent to that Region in five minutes: they are billed.",
                    "bytes",
                    "global_transfer_bytes",
                ),
                lines(
                    "Kept by slots",
                    "WAL kept for slots, and on disk in all (RDS for PostgreSQL).",
                    "bytes",
                    "slot_lag_bytes",
                    "slot_disk_bytes",
                    "wal_disk_bytes",
                ),
            ),
            folded=True,
        ),
        Row(
            "Storage and network",
            (
                lines(
                    "Storage latency",
                    "90th percentile of reads and writes.",
                    "s",
                    "read_latency_seconds",
                    "write_latency_seconds",
                    warn="CloudStorageSlow",
                ),
                lines(
                    "Storage requests", "Reads and writes a second.", "iops", "storage_read_rate", "storage_write_rate"
                ),
                lines("Disk queue", "Requests that wait.", "short", "disk_queue_requests"),
                lines(
                    "Credits",
                    "Burst and EBS credits that are left.",
                    "percentunit",
                    "burst_balance_ratio",
                    "ebs_io_balance_ratio",
                    "ebs_byte_balance_ratio",
                    warn="CloudBurstBalanceLow",
                    falling=True,
                ),
                lines("CPU credits", "Of burstable classes.", "short", "cpu_credits"),
                lines(
                    "Traffic",
                    "With clients, and with Aurora's storage, a second.",
                    "Bps",
                    "network_throughput_bytes",
                    "storage_network_throughput_bytes",
                ),
                lines(
                    "Local and NVMe storage",
                    "Free, for temporary files and the tiered cache.",
                    "bytes",
                    "local_storage_free_bytes",
                    "ephemeral_storage_free_bytes",
                ),
                lines("Swap", "In use.", "bytes", "swap_used_bytes"),
                lines(
                    "Caches",
                    "Share of requests that the buffer cache, and the NVMe cache, answered.",
                    "percentunit",
                    "buffer_hit_ratio",
                    "tiered_cache_hit_ratio",
                ),
            ),
            folded=True,
        ),
        Row(
            "Engine",
            (
                lines("Commits", "A second.", "ops", "commit_rate"),
                lines("Commit latency", "Mean time of a commit.", "s", "commit_latency_seconds"),
                lines(
                    "Statement latency",
                    "Aurora MySQL: mean time by kind of statement.",
                    "s",
                    "select_latency_seconds",
                    "dml_latency_seconds",
                    "ddl_latency_seconds",
                    "insert_latency_seconds",
                    "update_latency_seconds",
                    "delete_latency_seconds",
                ),
                lines(
                    "Transactions",
                    "Aurora MySQL: run and blocked, a second.",
                    "ops",
                    "active_transaction_rate",
                    "blocked_transaction_rate",
                ),
                lines("Deadlocks", "Of the newest minute.", "short", "deadlocks"),
                lines("Failed logins", "A second.", "ops", "login_failure_rate"),
                lines(
                    "Undo kept",
                    "Undo records that purge has not taken.",
                    "short",
                    "history_list_length",
                    warn="CloudHistoryListLong",
                ),
                lines("Memory health", "Aurora MySQL: 0 well, 10 reserved, 5 low.", "short", "memory_health_state"),
                lines("Transaction ids", "Age of the oldest unfrozen one.", "short", "transaction_ids_used"),
                lines("Oldest transaction", "Age of the oldest open one.", "s", "transaction_age_seconds"),
                lines("Uptime", "Of the engine of that role.", "s", "engine_uptime_seconds"),
            ),
            folded=True,
        ),
        Row(
            "Operating system and Performance Insights",
            (
                lines(
                    "Processors inside",
                    "Busy, waiting for storage, stolen: by Enhanced Monitoring.",
                    "percentunit",
                    "os_cpu_ratio",
                    "os_cpu_wait_ratio",
                    "os_cpu_steal_ratio",
                ),
                lines(
                    "Memory inside",
                    "In all, free, and swapped.",
                    "bytes",
                    "os_memory_bytes",
                    "os_memory_free_bytes",
                    "os_swap_used_bytes",
                ),
                lines("Disk wait", "Time of a request, of the slowest disk.", "s", "os_disk_await_seconds"),
                lines("File system", "Used share of the fullest.", "percentunit", "os_filesystem_used_ratio"),
                Panel(
                    "Load by wait",
                    "Active sessions by what they wait for (Performance Insights).",
                    "short",
                    (
                        Query(
                            f"tunewright_aws_wait_load_sessions{{{CLOUD}}}",
                            f"{_WHO} {{{{wait_type}}}} {{{{wait_event}}}}",
                        ),
                    ),
                    empty=NOT_SUCH,
                ),
                Panel(
                    "Load by statement",
                    "Active sessions by statement (Performance Insights).",
                    "short",
                    (Query(f"tunewright_aws_statement_load_sessions{{{CLOUD}}}", f"{_WHO} {{{{statement}}}}"),),
                    empty=NOT_SUCH,
                ),
            ),
            folded=True,
        ),
    ),
)
