"""Every metric that we expose: name, type, labels, help. The exposition refuses what is not here; the documentation is made from it.

Prometheus' conventions: one prefix, base units in the name, `_total` for counters, `_info` for facts. Names are public.
Metrics of a server carry `cluster` and `server` (not `instance`: Prometheus sets that one to our own address).
Counters are the server's own cumulative counters, so that a restart or a reset of its statistics is a counter reset to Prometheus; those of a
statement keep what rows counted that the server has thrown out since (see tally.py).
"""

from dataclasses import dataclass
from enum import StrEnum

from tunewright_agent.metrics.cloud_names import CLOUD_NAMES


class Kind(StrEnum):
    """Prometheus' types that we use."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as it is exposed; `labels` in the order in which values are given."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


SERVER = ("cluster", "server")
DATABASE = (*SERVER, "database")
STATEMENT = (*SERVER, "statement", "database", "user", "kind")
TABLE = (*SERVER, "database", "schema", "table")
INDEX = (*TABLE, "index")
SOURCE = (*SERVER, "source")

_GAUGE, _COUNTER = Kind.GAUGE, Kind.COUNTER

_SERVERS = (
    Metric("tunewright_up", _GAUGE, "1 while the server answers us.", SERVER),
    Metric(
        "tunewright_server_info",
        _GAUGE,
        "What the server is; always 1.",
        (*SERVER, "engine", "version", "flavour", "role"),
    ),
    Metric(
        "tunewright_server_start_timestamp_seconds",
        _GAUGE,
        "When the server's own processes started: a restart, or the recovery from a crash.",
        SERVER,
    ),
    Metric("tunewright_snapshot_timestamp_seconds", _GAUGE, "When facts of the server last changed.", SERVER),
    Metric(
        "tunewright_load_sessions",
        _GAUGE,
        "Database load: average active sessions over the sampled period, by what they waited for (CPU: for nothing).",
        (*SERVER, "wait_type", "wait_event"),
    ),
    Metric("tunewright_load_peak_sessions", _GAUGE, "Most sessions active at once in the sampled period.", SERVER),
    Metric("tunewright_sessions", _GAUGE, "Client sessions by state, our own left out.", (*DATABASE, "state")),
    Metric("tunewright_blocked_sessions", _GAUGE, "Sessions that wait for a lock of another.", SERVER),
    Metric(
        "tunewright_blocked_longest_seconds",
        _GAUGE,
        "Longest time that a session waited for a lock of another in the sampled minute.",
        SERVER,
    ),
    Metric(
        "tunewright_idle_in_transaction_longest_seconds",
        _GAUGE,
        "Longest time that a client has been idle inside an open transaction.",
        SERVER,
    ),
    Metric("tunewright_autovacuum_workers", _GAUGE, "Autovacuum workers at work.", SERVER),
    Metric(
        "tunewright_horizon_age",
        _GAUGE,
        "Age in transactions of the oldest snapshot that vacuum must respect, by who holds it.",
        (*SERVER, "holder"),
    ),
    Metric("tunewright_longest_transaction_seconds", _GAUGE, "Age of the oldest open transaction of a client.", SERVER),
    Metric(
        "tunewright_prepared_transactions", _GAUGE, "Transactions prepared for two-phase commit and not ended.", SERVER
    ),
    Metric("tunewright_connections", _GAUGE, "Connections in use.", DATABASE),
    Metric("tunewright_connections_max", _GAUGE, "Connections that the server allows (max_connections).", SERVER),
    Metric(
        "tunewright_connections_reserved",
        _GAUGE,
        "Connections that only superusers and reserved roles may use.",
        SERVER,
    ),
    Metric("tunewright_setting", _GAUGE, "A setting that matters, in base units; on is 1, off 0.", (*SERVER, "name")),
    Metric("tunewright_settings_pending_restart", _GAUGE, "Changed settings that wait for a restart.", SERVER),
)

_HOST = (
    Metric("tunewright_host_cores", _GAUGE, "Cores of the database's own machine.", SERVER),
    Metric("tunewright_host_cpu_ratio", _GAUGE, "Busy share of that machine's cores.", SERVER),
    Metric("tunewright_host_memory_bytes", _GAUGE, "Memory of that machine.", SERVER),
    Metric("tunewright_host_memory_available_bytes", _GAUGE, "Memory that programs can still have.", SERVER),
    Metric("tunewright_host_swap_used_bytes", _GAUGE, "Swap in use.", SERVER),
)

_DATABASES = (
    Metric("tunewright_database_size_bytes", _GAUGE, "Size of the database.", DATABASE),
    Metric(
        "tunewright_database_commits_total", _COUNTER, "Transactions committed; of MySQL all of the server.", DATABASE
    ),
    Metric(
        "tunewright_database_rollbacks_total",
        _COUNTER,
        "Transactions rolled back; of MySQL all of the server.",
        DATABASE,
    ),
    Metric("tunewright_database_blocks_hit_total", _COUNTER, "Blocks found in shared buffers.", DATABASE),
    Metric("tunewright_database_blocks_read_total", _COUNTER, "Blocks read from outside shared buffers.", DATABASE),
    Metric("tunewright_database_rows_fetched_total", _COUNTER, "Rows fetched by index scans.", DATABASE),
    Metric("tunewright_database_rows_returned_total", _COUNTER, "Rows returned by scans.", DATABASE),
    Metric("tunewright_database_rows_inserted_total", _COUNTER, "Rows inserted.", DATABASE),
    Metric("tunewright_database_rows_updated_total", _COUNTER, "Rows updated.", DATABASE),
    Metric("tunewright_database_rows_deleted_total", _COUNTER, "Rows deleted.", DATABASE),
    Metric("tunewright_database_temp_files_total", _COUNTER, "Temporary files written.", DATABASE),
    Metric("tunewright_database_temp_bytes_total", _COUNTER, "Bytes written to temporary files.", DATABASE),
    Metric("tunewright_database_deadlocks_total", _COUNTER, "Deadlocks broken.", DATABASE),
    Metric("tunewright_database_conflicts_total", _COUNTER, "Queries cancelled for recovery on a standby.", DATABASE),
    Metric("tunewright_database_checksum_failures_total", _COUNTER, "Pages whose checksum was wrong.", DATABASE),
    Metric("tunewright_database_active_seconds_total", _COUNTER, "Time that sessions were executing.", DATABASE),
    Metric("tunewright_database_block_read_seconds_total", _COUNTER, "Time spent reading blocks.", DATABASE),
    Metric("tunewright_database_xid_age", _GAUGE, "Age of the oldest unfrozen transaction id.", DATABASE),
    Metric("tunewright_database_mxid_age", _GAUGE, "Age of the oldest multixact id.", DATABASE),
)

_STATEMENTS = (
    Metric("tunewright_statement_calls_total", _COUNTER, "Executions of a statement.", STATEMENT),
    Metric("tunewright_statement_exec_seconds_total", _COUNTER, "Time executing a statement.", STATEMENT),
    Metric("tunewright_statement_plan_seconds_total", _COUNTER, "Time planning a statement.", STATEMENT),
    Metric("tunewright_statement_rows_total", _COUNTER, "Rows returned or changed by a statement.", STATEMENT),
    Metric("tunewright_statement_blocks_hit_total", _COUNTER, "Blocks a statement found in shared buffers.", STATEMENT),
    Metric("tunewright_statement_blocks_read_total", _COUNTER, "Blocks a statement read from elsewhere.", STATEMENT),
    Metric(
        "tunewright_statement_temp_blocks_written_total", _COUNTER, "Temporary blocks a statement wrote.", STATEMENT
    ),
    Metric("tunewright_statement_wal_bytes_total", _COUNTER, "WAL that a statement made.", STATEMENT),
    Metric("tunewright_statements_held", _GAUGE, "Statements in the server's statistics.", SERVER),
    Metric("tunewright_statements_max", _GAUGE, "Statements that the server's statistics can hold.", SERVER),
    Metric(
        "tunewright_statements_evictions_total", _COUNTER, "Rounds in which the least used were thrown out.", SERVER
    ),
    Metric(
        "tunewright_statements_time_ratio", _GAUGE, "Share of the active time that the statistics account for.", SERVER
    ),
)

_RELATIONS = (
    Metric("tunewright_table_size_bytes", _GAUGE, "Size of a table with TOAST, without its indexes.", TABLE),
    Metric("tunewright_table_live_rows", _GAUGE, "Estimated live rows.", TABLE),
    Metric("tunewright_table_dead_rows", _GAUGE, "Estimated dead rows.", TABLE),
    Metric("tunewright_table_bloat_bytes", _GAUGE, "Estimated wasted bytes.", TABLE),
    Metric("tunewright_table_xid_age", _GAUGE, "Age of the table's oldest unfrozen transaction id.", TABLE),
    Metric("tunewright_table_sequential_scans_total", _COUNTER, "Sequential scans.", TABLE),
    Metric("tunewright_table_sequential_rows_read_total", _COUNTER, "Rows read by sequential scans.", TABLE),
    Metric("tunewright_table_index_scans_total", _COUNTER, "Index scans.", TABLE),
    Metric("tunewright_table_rows_updated_total", _COUNTER, "Rows updated.", TABLE),
    Metric("tunewright_table_rows_hot_updated_total", _COUNTER, "Rows updated without touching an index.", TABLE),
    Metric(
        "tunewright_table_last_vacuum_timestamp_seconds", _GAUGE, "When it was last vacuumed, by hand or not.", TABLE
    ),
    Metric(
        "tunewright_table_last_analyze_timestamp_seconds", _GAUGE, "When it was last analysed, by hand or not.", TABLE
    ),
    Metric("tunewright_index_size_bytes", _GAUGE, "Size of an index.", INDEX),
    Metric("tunewright_index_scans_total", _COUNTER, "Scans of an index.", INDEX),
    Metric("tunewright_indexes_invalid", _GAUGE, "Indexes that are maintained and never used: not valid.", DATABASE),
    Metric(
        "tunewright_sequence_used_ratio",
        _GAUGE,
        "Used share of what a sequence and its column can hold.",
        (*DATABASE, "schema", "sequence"),
    ),
    Metric(
        "tunewright_relations_bytes",
        _GAUGE,
        "Size of all tables or indexes, those without a series of their own too.",
        (*SERVER, "kind"),
    ),
)

_REPLICATION = (
    Metric(
        "tunewright_replica_lag_seconds",
        _GAUGE,
        "Replay lag of a standby, as its primary sees it.",
        (*SERVER, "replica"),
    ),
    Metric("tunewright_replica_lag_bytes", _GAUGE, "WAL that a standby has not replayed.", (*SERVER, "replica")),
    Metric("tunewright_replicas", _GAUGE, "Standbys that are connected.", SERVER),
    Metric("tunewright_standby_receiving", _GAUGE, "On a standby: 1 while it receives WAL from its primary.", SERVER),
    Metric("tunewright_standby_lag_seconds", _GAUGE, "On a standby: time since the last replayed transaction.", SERVER),
    Metric("tunewright_slot_retained_bytes", _GAUGE, "WAL kept for a replication slot.", (*SERVER, "slot")),
    Metric(
        "tunewright_slot_safe_bytes",
        _GAUGE,
        "WAL that can still be written before the slot is lost (max_slot_wal_keep_size).",
        (*SERVER, "slot"),
    ),
    Metric("tunewright_slot_active", _GAUGE, "1 while a consumer reads the slot.", (*SERVER, "slot")),
    Metric("tunewright_archive_failures_total", _COUNTER, "WAL segments whose archiving failed.", SERVER),
    Metric("tunewright_archive_last_timestamp_seconds", _GAUGE, "When a WAL segment was last archived.", SERVER),
)

_THROUGHPUT = (
    Metric("tunewright_wal_bytes_total", _COUNTER, "Bytes of WAL made.", SERVER),
    Metric("tunewright_wal_records_total", _COUNTER, "WAL records made.", SERVER),
    Metric("tunewright_wal_full_page_images_total", _COUNTER, "Full page images in the WAL.", SERVER),
    Metric(
        "tunewright_wal_buffers_full_total",
        _COUNTER,
        "Times that WAL was written because its buffers were full.",
        SERVER,
    ),
    Metric("tunewright_checkpoints_total", _COUNTER, "Checkpoints by cause.", (*SERVER, "cause")),
    Metric("tunewright_checkpoint_write_seconds_total", _COUNTER, "Time checkpoints spent writing.", SERVER),
    Metric("tunewright_checkpoint_sync_seconds_total", _COUNTER, "Time checkpoints spent syncing.", SERVER),
    Metric("tunewright_buffers_written_total", _COUNTER, "Buffers written, by who wrote them.", (*SERVER, "by")),
    Metric(
        "tunewright_io_bytes_total",
        _COUNTER,
        "Bytes moved, by who, what and direction.",
        (*SERVER, "backend_type", "object", "operation"),
    ),
    Metric(
        "tunewright_io_seconds_total",
        _COUNTER,
        "Time spent on it (needs track_io_timing).",
        (*SERVER, "backend_type", "object", "operation"),
    ),
)

_LOG = (
    Metric(
        "tunewright_log_events_total",
        _COUNTER,
        "Events that the server's log told, by category and kind (docs/log-insights.md).",
        (*SERVER, "category", "kind"),
    ),
    Metric("tunewright_log_dropped_bytes_total", _COUNTER, "Bytes of the server's log that were passed over.", SERVER),
)

_VERDICTS = (
    Metric(
        "tunewright_findings", _GAUGE, "Findings now, by group of checks and severity.", (*SERVER, "group", "severity")
    ),
    Metric("tunewright_recommendations", _GAUGE, "Recommendations, by check and state.", (*SERVER, "check", "state")),
    Metric(
        "tunewright_checks_not_judged",
        _GAUGE,
        "Checks that could not look, by group: not the same as healthy.",
        (*SERVER, "group"),
    ),
    Metric(
        "tunewright_event_timestamp_seconds",
        _GAUGE,
        "When it happened last: plan_changed, setting_changed, ddl, role_changed, advice_applied.",
        (*SERVER, "kind"),
    ),
    Metric(
        "tunewright_changes",
        _GAUGE,
        "Changes seen in the last 60 days, by what they did: measuring, helped, unchanged, hurt, undecided, reverted.",
        (*SERVER, "state"),
    ),
    Metric(
        "tunewright_changes_saved_ratio",
        _GAUGE,
        "Execution seconds saved per second by the changes that stand and whose effect was measured; below 0: lost.",
        SERVER,
    ),
    Metric(
        "tunewright_promises",
        _GAUGE,
        "Advice that was followed and measured, by check: kept or broken.",
        (*SERVER, "check", "state"),
    ),
    Metric(
        "tunewright_promise_promised_ratio",
        _GAUGE,
        "What advice promised, after to before: geometric mean.",
        (*SERVER, "check"),
    ),
    Metric(
        "tunewright_promise_measured_ratio",
        _GAUGE,
        "What was measured of it in time, after to before: geometric mean.",
        (*SERVER, "check"),
    ),
    Metric("tunewright_judged_timestamp_seconds", _GAUGE, "When the server was last judged.", SERVER),
)

_AGENT = (
    Metric("tunewright_source_passes_total", _COUNTER, "Passes of a source.", SOURCE),
    Metric("tunewright_source_failures_total", _COUNTER, "Passes that failed.", SOURCE),
    Metric("tunewright_source_skipped_total", _COUNTER, "Ticks that found the source still running.", SOURCE),
    Metric("tunewright_source_failing", _GAUGE, "1 where the last pass failed.", SOURCE),
    Metric("tunewright_source_gaps", _GAUGE, "Things that a source could not read.", SOURCE),
    Metric("tunewright_source_duration_seconds", _GAUGE, "Length of the last pass.", SOURCE),
    Metric("tunewright_source_interval_seconds", _GAUGE, "Time between passes now, as the governor set it.", SOURCE),
    Metric("tunewright_source_lag_seconds", _GAUGE, "How late the last pass began.", SOURCE),
    Metric("tunewright_source_last_pass_timestamp_seconds", _GAUGE, "When the last pass began.", SOURCE),
    Metric(
        "tunewright_source_server_seconds_total",
        _COUNTER,
        "Time our statements took on the server, by pg_stat_statements.",
        SOURCE,
    ),
    Metric(
        "tunewright_server_share_ratio",
        _GAUGE,
        "Time our statements took per second of wall time (1: one core busy all the time).",
        SERVER,
    ),
    Metric("tunewright_ready", _GAUGE, "1 once every server had its first pass."),
    Metric(
        "tunewright_notifications",
        _GAUGE,
        "Messages of a channel in the last week, by state: waiting, sending, sent, given_up.",
        ("channel", "state"),
    ),
    Metric(
        "tunewright_notification_waiting_seconds",
        _GAUGE,
        "How long the oldest message that a channel has not taken yet waits; 0 where none does.",
        ("channel",),
    ),
    Metric("tunewright_history_bytes", _GAUGE, "Size of the history."),
    Metric("tunewright_history_error", _GAUGE, "1 while the history cannot be written."),
    Metric(
        "tunewright_lease_held",
        _GAUGE,
        "1 where this agent acts for the cluster, of those that share a history; 0 where it stands by.",
        ("cluster",),
    ),
    Metric(
        "tunewright_lease_since_timestamp_seconds",
        _GAUGE,
        "Since when this agent acts for the cluster, by the shared store's clock.",
        ("cluster",),
    ),
    Metric(
        "tunewright_lease_takeovers_total",
        _COUNTER,
        "How often this agent took the cluster over from one that had gone silent, since its start.",
        ("cluster",),
    ),
    Metric(
        "tunewright_history_waiting_passes",
        _GAUGE,
        "Passes that were collected and wait until the history can be written again.",
    ),
    Metric(
        "tunewright_history_dropped_passes_total",
        _COUNTER,
        "Passes that waited to be written and went for want of room since the start.",
    ),
    Metric(
        "tunewright_series_dropped_total",
        _COUNTER,
        "Series left out of a scrape by the hard cap, summed over scrapes.",
        ("metric",),
    ),
    Metric("tunewright_build_info", _GAUGE, "The agent's version; always 1.", ("version", "python")),
    Metric("tunewright_process_cpu_seconds_total", _COUNTER, "Total user and system CPU time spent in seconds."),
    Metric("tunewright_process_resident_memory_bytes", _GAUGE, "Resident memory size in bytes."),
    Metric("tunewright_process_virtual_memory_bytes", _GAUGE, "Virtual memory size in bytes."),
    Metric("tunewright_process_start_time_seconds", _GAUGE, "Start time of the process since unix epoch in seconds."),
    Metric("tunewright_process_open_fds", _GAUGE, "Number of open file descriptors."),
    Metric("tunewright_process_max_fds", _GAUGE, "Maximum number of open file descriptors."),
)

_FORECASTS = (
    Metric(
        "tunewright_forecast_left_seconds",
        _GAUGE,
        "Time until a resource in the cloud meets its limit, by bound: estimate, and earliest of the 95 % interval.",
        (*SERVER, "resource", "name", "bound"),
    ),
    Metric(
        "tunewright_forecast_used_ratio",
        _GAUGE,
        "Share of its limit that a resource in the cloud has used, by the fitted line.",
        (*SERVER, "resource", "name"),
    ),
)

RESOURCE = ("cluster", "resource")
_AWS = (
    Metric(
        "tunewright_aws_cluster_info",
        _GAUGE,
        "A cluster as the RDS API tells it; always 1.",
        (*RESOURCE, "region", "engine", "version", "status", "storage_type"),
    ),
    Metric(
        "tunewright_aws_instance_info",
        _GAUGE,
        "A member as the RDS API tells it; always 1.",
        (*RESOURCE, "role", "class", "version", "zone", "status"),
    ),
    Metric("tunewright_aws_member_writes", _GAUGE, "1 for the member that writes.", RESOURCE),
    Metric("tunewright_aws_backup_retention_seconds", _GAUGE, "How long automated backups are kept.", RESOURCE),
    Metric(
        "tunewright_aws_restorable_age_seconds", _GAUGE, "How old the newest state is that can be restored.", RESOURCE
    ),
    Metric("tunewright_aws_serverless_min_acu", _GAUGE, "Least capacity, in Aurora capacity units.", RESOURCE),
    Metric("tunewright_aws_serverless_max_acu", _GAUGE, "Most capacity, in Aurora capacity units.", RESOURCE),
    Metric(
        "tunewright_aws_certificate_valid_till_timestamp_seconds",
        _GAUGE,
        "When the member's TLS certificate expires.",
        RESOURCE,
    ),
    Metric("tunewright_aws_storage_allocated_bytes", _GAUGE, "Allocated storage of an RDS instance.", RESOURCE),
    Metric("tunewright_aws_pending_maintenance", _GAUGE, "Maintenance actions that wait.", ("cluster",)),
    Metric(
        "tunewright_aws_request_month_dollars",
        _GAUGE,
        "What asking CloudWatch for this cluster costs a month, at list price.",
        ("cluster",),
    ),
    Metric(
        "tunewright_aws_bill_month_dollars",
        _GAUGE,
        "What an Aurora cluster costs a month at list price, by component, in either storage configuration.",
        (*RESOURCE, "component", "configuration"),
    ),
    Metric(
        "tunewright_aws_wait_load_sessions",
        _GAUGE,
        "Database load of a member by wait event, mean of five minutes (Performance Insights).",
        (*RESOURCE, "wait_type", "wait_event"),
    ),
    Metric(
        "tunewright_aws_statement_load_sessions",
        _GAUGE,
        "Database load of a member by statement, mean of five minutes (Performance Insights).",
        (*RESOURCE, "statement"),
    ),
    Metric("tunewright_aws_os_cpu_ratio", _GAUGE, "Busy share of the processors (Enhanced Monitoring).", RESOURCE),
    Metric("tunewright_aws_os_cpu_wait_ratio", _GAUGE, "Share of time that waits for the disk.", RESOURCE),
    Metric("tunewright_aws_os_cpu_steal_ratio", _GAUGE, "Share of time taken by other guests.", RESOURCE),
    Metric("tunewright_aws_os_memory_bytes", _GAUGE, "Memory of the member's machine.", RESOURCE),
    Metric("tunewright_aws_os_memory_free_bytes", _GAUGE, "Memory free or used as page cache.", RESOURCE),
    Metric("tunewright_aws_os_swap_used_bytes", _GAUGE, "Swap space in use on the member's machine.", RESOURCE),
    Metric("tunewright_aws_os_disk_await_seconds", _GAUGE, "Time of a request to the slowest device.", RESOURCE),
    Metric("tunewright_aws_os_filesystem_used_ratio", _GAUGE, "Used share of the fullest file system.", RESOURCE),
    Metric("tunewright_aws_clusters", _GAUGE, "Clusters of AWS that are watched."),
    Metric("tunewright_aws_requests_total", _COUNTER, "Requests made of AWS.", ("action", "region")),
    Metric("tunewright_aws_metrics_requested_total", _COUNTER, "Metrics asked for by GetMetricData."),
    Metric(
        "tunewright_aws_request_dollars_total",
        _COUNTER,
        "Estimated price of the requests since the start, at list price, the free tier left out.",
    ),
    Metric(
        "tunewright_aws_discovery_failing",
        _GAUGE,
        "1 while clusters cannot be looked for, else 0.",
        ("region", "account"),
    ),
    *(Metric(one.name, _GAUGE, one.help, (*RESOURCE, "dimension")) for one in CLOUD_NAMES.values()),
)

_MYSQL = (
    Metric("tunewright_mysql_commits_total", _COUNTER, "COMMIT statements.", SERVER),
    Metric("tunewright_mysql_rollbacks_total", _COUNTER, "ROLLBACK statements.", SERVER),
    Metric("tunewright_mysql_questions_total", _COUNTER, "Statements that clients sent.", SERVER),
    Metric("tunewright_mysql_slow_queries_total", _COUNTER, "Statements slower than long_query_time.", SERVER),
    Metric(
        "tunewright_mysql_buffer_pool_reads_total", _COUNTER, "Pages read from disk for want of them in memory.", SERVER
    ),
    Metric(
        "tunewright_mysql_buffer_pool_read_requests_total", _COUNTER, "Pages asked of InnoDB's buffer pool.", SERVER
    ),
    Metric(
        "tunewright_mysql_buffer_pool_free_waits_total", _COUNTER, "Waits for a free page in the buffer pool.", SERVER
    ),
    Metric("tunewright_mysql_buffer_pool_bytes", _GAUGE, "InnoDB's buffer pool by what it holds.", (*SERVER, "state")),
    Metric("tunewright_mysql_log_waits_total", _COUNTER, "Waits because the log buffer was too small.", SERVER),
    Metric("tunewright_mysql_redo_bytes_total", _COUNTER, "Redo log written.", SERVER),
    Metric(
        "tunewright_mysql_redo_fill_ratio",
        _GAUGE,
        "Share of the redo log that holds changes not yet in the data files.",
        SERVER,
    ),
    Metric("tunewright_mysql_row_lock_waits_total", _COUNTER, "Waits for row locks.", SERVER),
    Metric("tunewright_mysql_deadlocks_total", _COUNTER, "Deadlocks broken.", SERVER),
    Metric("tunewright_mysql_temp_tables_total", _COUNTER, "Internal temporary tables made.", SERVER),
    Metric("tunewright_mysql_temp_disk_tables_total", _COUNTER, "Internal temporary tables made on disk.", SERVER),
    Metric(
        "tunewright_mysql_sort_merge_passes_total",
        _COUNTER,
        "Passes of sorts that did not fit into sort_buffer_size.",
        SERVER,
    ),
    Metric(
        "tunewright_mysql_table_open_cache_misses_total", _COUNTER, "Tables opened because none was cached.", SERVER
    ),
    Metric("tunewright_mysql_aborted_connects_total", _COUNTER, "Logins that failed.", SERVER),
    Metric(
        "tunewright_mysql_history_list_length",
        _GAUGE,
        "Transactions whose old row versions InnoDB has not purged.",
        SERVER,
    ),
    Metric("tunewright_mysql_running_threads", _GAUGE, "Sessions that run a statement now, ours too.", SERVER),
    Metric("tunewright_mysql_metadata_lock_waits", _GAUGE, "Sessions that wait for a metadata lock.", SERVER),
    Metric(
        "tunewright_mysql_replication_running",
        _GAUGE,
        "1 while that thread of a source that this server replays runs.",
        (*SERVER, "replica", "operation"),
    ),
)

CATALOG = (
    *_SERVERS,
    *_HOST,
    *_DATABASES,
    *_STATEMENTS,
    *_RELATIONS,
    *_REPLICATION,
    *_THROUGHPUT,
    *_MYSQL,
    *_LOG,
    *_VERDICTS,
    *_FORECASTS,
    *_AGENT,
    *_AWS,
)
BY_NAME = {metric.name: metric for metric in CATALOG}
