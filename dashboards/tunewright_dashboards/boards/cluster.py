"""Cluster: is it well, and if not, is it work, waiting, or the machine?"""

from tunewright_dashboards.board import DATABASE, RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.frame import LINE
from tunewright_dashboards.limits import LIMITS
from tunewright_dashboards.rows.mysql import MYSQL

_CORES = f"sum(tunewright_host_cores{{{SERVER}}})"
_EXEC = f'sum(rate(tunewright_statement_exec_seconds_total{{{SERVER},statement!="own"}}[{RATE}]))'
_CALLS = f'sum(rate(tunewright_statement_calls_total{{{SERVER},statement!="own"}}[{RATE}]))'
_COMMITS = f"rate(tunewright_database_commits_total{{{DATABASE}}}[{RATE}])"
_ROLLBACKS = f"rate(tunewright_database_rollbacks_total{{{DATABASE}}}[{RATE}])"
_HIT = f"rate(tunewright_database_blocks_hit_total{{{DATABASE}}}[{RATE}])"
_READ = f"rate(tunewright_database_blocks_read_total{{{DATABASE}}}[{RATE}])"


def _rows(what: str) -> Query:
    return Query(f"sum(rate(tunewright_database_rows_{what}_total{{{DATABASE}}}[{RATE}]))", what)


BOARD = Board(
    "tunewright-cluster",
    "Tunewright / Cluster",
    "Rate, errors, duration and load of one cluster or server, and what its machine and storage do meanwhile.",
    (
        Row(
            "Now",
            (
                stat(
                    "Up",
                    "Servers that answer, as a share.",
                    "percentunit",
                    f"avg(tunewright_up{{{SERVER}}})",
                    bad=1,
                    falling=True,
                ),
                stat(
                    "Load per core",
                    "Average active sessions for each core; above 1 they queue.",
                    "short",
                    f"sum(tunewright_load_sessions{{{SERVER}}} or 0 * tunewright_load_peak_sessions{{{SERVER}}}) / {_CORES}",
                    warn=LIMITS["LoadAboveCores"],
                    bad=LIMITS["LoadFarAboveCores"],
                ),
                stat("Transactions", "Transactions a second.", "ops", f"sum({_COMMITS} + {_ROLLBACKS})"),
                stat(
                    "Rolled back",
                    "Share of the transactions that ended in a rollback.",
                    "percentunit",
                    f"sum({_ROLLBACKS}) / sum({_COMMITS} + {_ROLLBACKS})",
                    warn=LIMITS["RollbacksHigh"],
                ),
                stat("Mean statement", "Mean time of a statement, our own left out.", "s", f"{_EXEC} / {_CALLS}"),
                stat(
                    "Connections",
                    "Share of the connections that ordinary roles may open.",
                    "percentunit",
                    f"sum(tunewright_connections{{{SERVER}}}) / "
                    f"(sum(tunewright_connections_max{{{SERVER}}}) - sum(tunewright_connections_reserved{{{SERVER}}}))",
                    warn=LIMITS["ConnectionsHigh"],
                    bad=LIMITS["ConnectionsNearlyExhausted"],
                ),
                stat(
                    "Oldest transaction",
                    "How long the oldest transaction of a client has been open.",
                    "s",
                    f"max(tunewright_longest_transaction_seconds{{{SERVER}}})",
                    warn=LIMITS["LongTransaction"],
                ),
                stat(
                    "Blocked",
                    "Sessions that wait for a lock of another.",
                    "short",
                    f"sum(tunewright_blocked_sessions{{{SERVER}}})",
                    warn=1,
                ),
            ),
        ),
        Row(
            "Load: who is busy, who waits",
            (
                Panel(
                    "Load by kind of wait",
                    "Average active sessions by what they wait for (CPU: for nothing), against the cores as a red line.",
                    "short",
                    (
                        Query(f"sum by (wait_type) (tunewright_load_sessions{{{SERVER}}})", "{{wait_type}}"),
                        Query(_CORES, "cores", LINE),
                    ),
                    Kind.STACK,
                ),
                Panel(
                    "Load by event",
                    "The ten wait events with most active sessions.",
                    "short",
                    (
                        Query(
                            f"topk(10, sum by (wait_type, wait_event) (tunewright_load_sessions{{{SERVER}}}))",
                            "{{wait_type}} / {{wait_event}}",
                        ),
                    ),
                    Kind.STACK,
                ),
                Panel(
                    "Share that waits",
                    "Share of the load that waits for something else than a core.",
                    "percentunit",
                    (
                        Query(
                            f'sum(tunewright_load_sessions{{{SERVER},wait_type!="CPU"}}) / (sum(tunewright_load_sessions{{{SERVER}}}) > 0)',
                            "waiting",
                        ),
                    ),
                    warn=LIMITS["WaitsDominate"],
                    most=1,
                    empty="no session was active in the sampled minute",
                ),
                Panel(
                    "Peak",
                    "Most sessions active at the same time in the sampled minute.",
                    "short",
                    (Query(f"tunewright_load_peak_sessions{{{SERVER}}}", "{{cluster}}/{{server}}"),),
                ),
            ),
        ),
        Row(
            "Work",
            (
                Panel(
                    "Transactions by database",
                    "Transactions a second, committed and rolled back.",
                    "ops",
                    (
                        Query(f"sum by (database) ({_COMMITS})", "{{database}} committed"),
                        Query(f"sum by (database) ({_ROLLBACKS})", "{{database}} rolled back"),
                    ),
                ),
                Panel(
                    "Mean statement",
                    "Mean time of a statement, and that of the same time a week ago.",
                    "s",
                    (
                        Query(f"{_EXEC} / ({_CALLS} > 0)", "now"),
                        Query(
                            f'sum(rate(tunewright_statement_exec_seconds_total{{{SERVER},statement!="own"}}[{RATE}] offset 1w)) / '
                            f'(sum(rate(tunewright_statement_calls_total{{{SERVER},statement!="own"}}[{RATE}] offset 1w)) > 0)',
                            "a week ago",
                        ),
                    ),
                ),
                Panel(
                    "Rows",
                    "Rows a second: returned by scans, fetched by index, written.",
                    "ops",
                    tuple(_rows(what) for what in ("returned", "fetched", "inserted", "updated", "deleted")),
                ),
                Panel(
                    "Cache hits",
                    "Share of block requests that shared buffers answered; the rest came from the system's cache or the disk.",
                    "percentunit",
                    (
                        Query(
                            f"sum by (database) ({_HIT}) / (sum by (database) ({_HIT} + {_READ}) > 0)", "{{database}}"
                        ),
                    ),
                    most=1,
                ),
            ),
        ),
        Row(
            "Machine",
            (
                Panel(
                    "Cores in use",
                    "Busy share of the cores; known where the daemon runs on the database's own machine (on_database_host).",
                    "percentunit",
                    (Query(f"tunewright_host_cpu_ratio{{{SERVER}}}", "{{cluster}}/{{server}}"),),
                    warn=LIMITS["HostCpuHigh"],
                    most=1,
                ),
                Panel(
                    "Memory that can be had",
                    "Share of the machine's memory that programs can still have; below the line the kernel may soon kill a backend.",
                    "percentunit",
                    (
                        Query(
                            f"tunewright_host_memory_available_bytes{{{SERVER}}} / tunewright_host_memory_bytes{{{SERVER}}}",
                            "{{cluster}}/{{server}}",
                        ),
                    ),
                    warn=LIMITS["HostMemoryLow"],
                    falling=True,
                    most=1,
                ),
                Panel(
                    "Swap",
                    "Swap in use on the machine.",
                    "bytes",
                    (Query(f"tunewright_host_swap_used_bytes{{{SERVER}}}", "{{cluster}}/{{server}}"),),
                ),
                Panel(
                    "Size of databases",
                    "Bytes on disk.",
                    "bytes",
                    (Query(f"sum by (database) (tunewright_database_size_bytes{{{DATABASE}}})", "{{database}}"),),
                    Kind.STACK,
                ),
            ),
        ),
        Row(
            "Storage and WAL",
            (
                Panel(
                    "Bytes moved",
                    "Reads and writes by backend type (PostgreSQL 16 and newer).",
                    "Bps",
                    (
                        Query(
                            f"sum by (backend_type, operation) (rate(tunewright_io_bytes_total{{{SERVER}}}[{RATE}]))",
                            "{{backend_type}} {{operation}}",
                        ),
                    ),
                ),
                Panel(
                    "Time for it",
                    "Seconds of I/O in a second, summed over backends (needs track_io_timing; PostgreSQL 16 and newer).",
                    "s",
                    (
                        Query(
                            f"sum by (backend_type, operation) (rate(tunewright_io_seconds_total{{{SERVER}}}[{RATE}]))",
                            "{{backend_type}} {{operation}}",
                        ),
                    ),
                ),
                Panel(
                    "WAL",
                    "Bytes of WAL a second.",
                    "Bps",
                    (Query(f"rate(tunewright_wal_bytes_total{{{SERVER}}}[{RATE}])", "{{cluster}}/{{server}}"),),
                ),
                Panel(
                    "WAL records and full pages",
                    "Records and full-page images a second, and how often WAL's buffers were full.",
                    "ops",
                    (
                        Query(f"sum(rate(tunewright_wal_records_total{{{SERVER}}}[{RATE}]))", "records"),
                        Query(f"sum(rate(tunewright_wal_full_page_images_total{{{SERVER}}}[{RATE}]))", "full pages"),
                        Query(f"sum(rate(tunewright_wal_buffers_full_total{{{SERVER}}}[{RATE}]))", "buffers full"),
                    ),
                ),
                Panel(
                    "Checkpoints",
                    "Checkpoints in an hour by cause: requested ones (max_wal_size reached) should be few.",
                    "short",
                    (Query(f"sum by (cause) (increase(tunewright_checkpoints_total{{{SERVER}}}[1h]))", "{{cause}}"),),
                ),
                Panel(
                    "Checkpoint time",
                    "Seconds in a second that checkpoints spend writing and syncing.",
                    "s",
                    (
                        Query(f"sum(rate(tunewright_checkpoint_write_seconds_total{{{SERVER}}}[{RATE}]))", "write"),
                        Query(f"sum(rate(tunewright_checkpoint_sync_seconds_total{{{SERVER}}}[{RATE}]))", "sync"),
                    ),
                ),
                Panel(
                    "Buffers written",
                    "Buffers a second by who wrote them; backends should not have to.",
                    "ops",
                    (Query(f"sum by (by) (rate(tunewright_buffers_written_total{{{SERVER}}}[{RATE}]))", "{{by}}"),),
                ),
                Panel(
                    "Temporary files",
                    "Bytes a second that sorts and hashes write to disk because work_mem was too small.",
                    "Bps",
                    (
                        Query(
                            f"sum by (database) (rate(tunewright_database_temp_bytes_total{{{DATABASE}}}[{RATE}]))",
                            "{{database}}",
                        ),
                    ),
                ),
            ),
            folded=True,
        ),
        Row(
            "Settings",
            (
                Panel(
                    "Settings that protect the data",
                    "1 where the value protects what is stored and committed, 0 where a crash or a fault of the disk may cost it.",
                    "short",
                    (Query(f"min by (cluster, server, name) (tunewright_setting_safe{{{SERVER}}})", "Safe"),),
                    Kind.TABLE,
                    labels=(("cluster", "Cluster"), ("server", "Server"), ("name", "Name")),
                    width=24,
                    height=6,
                ),
                Panel(
                    "Settings that tuning turns on",
                    "In base units (bytes, seconds); on is 1, off 0.",
                    "short",
                    (Query(f"max by (cluster, server, name) (tunewright_setting{{{SERVER}}})", "Setting"),),
                    Kind.TABLE,
                    labels=(("cluster", "Cluster"), ("server", "Server"), ("name", "Name")),
                    width=24,
                    height=12,
                ),
            ),
            folded=True,
        ),
        MYSQL,
    ),
)
