"""Metrics of a watched server: availability, load, databases, statements, tables, replication, I/O, log. Part of the catalogue."""

from tunewright_agent.metrics.metric import DATABASE, INDEX, SERVER, STATEMENT, TABLE, Kind, Metric

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
    Metric(
        "tunewright_setting_safe",
        _GAUGE,
        "1 where a setting on which stored data depends protects it, 0 where it does not; none where the engine or AWS's storage ignores it.",
        (*SERVER, "name"),
    ),
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

SERVER_METRICS = (
    *_SERVERS,
    *_HOST,
    *_DATABASES,
    *_STATEMENTS,
    *_RELATIONS,
    *_REPLICATION,
    *_THROUGHPUT,
    *_LOG,
)
