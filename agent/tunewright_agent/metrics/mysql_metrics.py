"""Metrics that only MySQL and MariaDB have. Part of the catalogue."""

from tunewright_agent.metrics.metric import SERVER, Kind, Metric

_GAUGE, _COUNTER = Kind.GAUGE, Kind.COUNTER

MYSQL_METRICS = (
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
