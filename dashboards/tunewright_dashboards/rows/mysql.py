"""What only MySQL and MariaDB have: the last row of the board Cluster."""

from tunewright_dashboards.board import RATE, SERVER, Panel, Query, Row

_NO_MYSQL = "no MySQL or MariaDB is watched"

MYSQL = Row(
    "MySQL and MariaDB",
    (
        Panel(
            "MySQL: statements",
            "Questions of clients, slow ones, commits and rollbacks, a second.",
            "ops",
            (
                Query(f"rate(tunewright_mysql_questions_total{{{SERVER}}}[{RATE}])", "{{server}} questions"),
                Query(f"rate(tunewright_mysql_slow_queries_total{{{SERVER}}}[{RATE}])", "{{server}} slow"),
                Query(f"rate(tunewright_mysql_commits_total{{{SERVER}}}[{RATE}])", "{{server}} commits"),
                Query(f"rate(tunewright_mysql_rollbacks_total{{{SERVER}}}[{RATE}])", "{{server}} rollbacks"),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: running threads",
            "Sessions that run a statement, and that wait for a metadata lock.",
            "short",
            (
                Query(f"tunewright_mysql_running_threads{{{SERVER}}}", "{{server}} running"),
                Query(f"tunewright_mysql_metadata_lock_waits{{{SERVER}}}", "{{server}} metadata lock"),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: buffer pool",
            "What InnoDB's buffer pool holds.",
            "bytes",
            (Query(f"tunewright_mysql_buffer_pool_bytes{{{SERVER}}}", "{{server}} {{state}}"),),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: reads",
            "Pages asked of the buffer pool, read from disk, and waits for a free page, a second.",
            "ops",
            (
                Query(
                    f"rate(tunewright_mysql_buffer_pool_read_requests_total{{{SERVER}}}[{RATE}])",
                    "{{server}} asked",
                ),
                Query(
                    f"rate(tunewright_mysql_buffer_pool_reads_total{{{SERVER}}}[{RATE}])",
                    "{{server}} from disk",
                ),
                Query(
                    f"rate(tunewright_mysql_buffer_pool_free_waits_total{{{SERVER}}}[{RATE}])",
                    "{{server}} waits",
                ),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: redo",
            "Redo written a second.",
            "Bps",
            (Query(f"rate(tunewright_mysql_redo_bytes_total{{{SERVER}}}[{RATE}])", "{{server}}"),),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: redo fill",
            "Share of the redo log that holds changes not yet in the data files.",
            "percentunit",
            (Query(f"tunewright_mysql_redo_fill_ratio{{{SERVER}}}", "{{server}}"),),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: waits",
            "For row locks and the log buffer, and deadlocks, a second.",
            "ops",
            (
                Query(f"rate(tunewright_mysql_row_lock_waits_total{{{SERVER}}}[{RATE}])", "{{server}} row locks"),
                Query(f"rate(tunewright_mysql_log_waits_total{{{SERVER}}}[{RATE}])", "{{server}} log buffer"),
                Query(f"rate(tunewright_mysql_deadlocks_total{{{SERVER}}}[{RATE}])", "{{server}} deadlocks"),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: temporary tables and sorts",
            "Made, made on disk, and sorts that did not fit, a second.",
            "ops",
            (
                Query(f"rate(tunewright_mysql_temp_tables_total{{{SERVER}}}[{RATE}])", "{{server}} tables"),
                Query(f"rate(tunewright_mysql_temp_disk_tables_total{{{SERVER}}}[{RATE}])", "{{server}} on disk"),
                Query(
                    f"rate(tunewright_mysql_sort_merge_passes_total{{{SERVER}}}[{RATE}])",
                    "{{server}} merge passes",
                ),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: history list",
            "Transactions whose old row versions InnoDB has not purged.",
            "short",
            (Query(f"tunewright_mysql_history_list_length{{{SERVER}}}", "{{server}}"),),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: opened and refused",
            "Tables opened because none was cached, and logins that failed, a second.",
            "ops",
            (
                Query(
                    f"rate(tunewright_mysql_table_open_cache_misses_total{{{SERVER}}}[{RATE}])",
                    "{{server}} opened",
                ),
                Query(f"rate(tunewright_mysql_aborted_connects_total{{{SERVER}}}[{RATE}])", "{{server}} refused"),
            ),
            empty=_NO_MYSQL,
        ),
        Panel(
            "MySQL: replication threads",
            "1 while the thread runs.",
            "short",
            (Query(f"tunewright_mysql_replication_running{{{SERVER}}}", "{{server}} {{replica}} {{operation}}"),),
            empty=_NO_MYSQL,
        ),
    ),
    folded=True,
)
