"""Series of what a MySQL or MariaDB counts of itself, and of its replication threads and metadata locks."""

from tunewright_agent.metrics.sheet import Sheet
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.sessions import Sessions

Labels = tuple[str, str]
COUNTERS = {
    "commits": "com_commit",
    "rollbacks": "com_rollback",
    "questions": "questions",
    "slow_queries": "slow_queries",
    "buffer_pool_reads": "innodb_buffer_pool_reads",
    "buffer_pool_read_requests": "innodb_buffer_pool_read_requests",
    "buffer_pool_free_waits": "innodb_buffer_pool_wait_free",
    "log_waits": "innodb_log_waits",
    "redo_bytes": "innodb_os_log_written",
    "row_lock_waits": "innodb_row_lock_waits",
    "deadlocks": "lock_deadlocks",
    "temp_tables": "created_tmp_tables",
    "temp_disk_tables": "created_tmp_disk_tables",
    "sort_merge_passes": "sort_merge_passes",
    "table_open_cache_misses": "table_open_cache_misses",
    "aborted_connects": "aborted_connects",
}
"""Our metric `tunewright_mysql_NAME_total` and the server's own name of it."""


ALL_DATABASES = "(all)"
"""The label `database` of what MySQL counts for the server as a whole and PostgreSQL by database: the same series, one row."""


class Remainders:
    """A counter less another as a counter: the two are not read in one instant, and what falls by one would count as a restart of the server."""

    def __init__(self) -> None:
        self._last: dict[tuple[Labels, str], tuple[float, float]] = {}

    def of(self, server: Labels, name: str, whole: float | None, part: float | None) -> float | None:
        """`whole - part`, not below what it was while `whole` rises; None where either is unknown."""
        if whole is None or part is None:
            return None
        left = max(0.0, whole - part)
        before, least = self._last.get((server, name), (0.0, 0.0))
        left = max(left, least) if whole >= before else left
        self._last[server, name] = (whole, left)
        return left


def write_of_all_databases(sheet: Sheet, server: Labels, section: ServerStatus, remainders: Remainders) -> None:
    """What PostgreSQL counts by database and MySQL for the server: the same series, one row. What the release does not count leaves none.

    Pages are InnoDB's, as blocks are PostgreSQL's. A ROLLBACK counts where an engine had something to roll back (pools send one at each
    return of a connection). Transactions are performance_schema's; without them COMMIT statements are all that is known.
    """
    rolled_back = section.count("com_rollback")
    undone = section.count("handler_rollback")
    rollbacks = rolled_back if rolled_back is None or undone is None else min(rolled_back, undone)
    transactions, reads = section.count("transactions"), section.count("innodb_buffer_pool_reads")
    known = remainders.of(server, "commits", transactions, rollbacks)
    asked = section.count("innodb_buffer_pool_read_requests")
    for name, value in (
        ("commits", section.count("com_commit") if known is None else known),
        ("rollbacks", rollbacks),
        ("blocks_hit", remainders.of(server, "blocks_hit", asked, reads)),
        ("blocks_read", reads),
        ("deadlocks", section.count("lock_deadlocks")),
    ):
        sheet.add(f"tunewright_database_{name}_total", value, *server, ALL_DATABASES)


def redo_fill_ratio(section: ServerStatus) -> float | None:
    """How full the redo log is of changes that are not yet in the data files: MySQL 8.0.30 and later, or MariaDB; None elsewhere."""
    age, most = section.gauge("innodb_checkpoint_age"), section.gauge("innodb_checkpoint_max_age")
    if age is None or not most:
        now, written = section.gauge("innodb_redo_log_current_lsn"), section.gauge("innodb_redo_log_checkpoint_lsn")
        age = None if now is None or written is None else now - written
        most = section.gauge("innodb_redo_log_capacity_resized")
    return None if age is None or not most else age / most


def write_status(sheet: Sheet, server: Labels, section: ServerStatus) -> None:
    """Counters and values that stand; what the release does not count leaves no series."""
    for name, theirs in COUNTERS.items():
        sheet.add(f"tunewright_mysql_{name}_total", section.count(theirs), *server)
    sheet.add("tunewright_mysql_history_list_length", section.gauge("trx_rseg_history_len"), *server)
    sheet.add("tunewright_mysql_redo_fill_ratio", redo_fill_ratio(section), *server)
    sheet.add("tunewright_mysql_running_threads", section.gauge("threads_running"), *server)
    size = section.gauge("innodb_page_size")
    for state in ("data", "dirty", "free"):
        pages = section.gauge(f"innodb_buffer_pool_pages_{state}")
        sheet.add(
            "tunewright_mysql_buffer_pool_bytes",
            None if pages is None or size is None else pages * size,
            *server,
            state,
        )
    uptime = section.gauge("uptime")
    if uptime is not None:
        sheet.add("tunewright_server_start_timestamp_seconds", section.period.end.timestamp() - uptime, *server)


def write_waits(sheet: Sheet, server: Labels, section: Sessions) -> None:
    """Sessions that wait for a metadata lock now."""
    waiting = sum(1 for row in section.rows if row.wait_type == "Lock" and (row.wait_event or "").endswith("metadata"))
    sheet.add("tunewright_mysql_metadata_lock_waits", waiting, *server)


def write_channels(sheet: Sheet, server: Labels, section: Replication) -> None:
    """The two threads of each source that this server replays."""
    for channel in section.channels:
        of = channel.name or channel.source
        sheet.add("tunewright_mysql_replication_running", channel.fetches, *server, of, "fetch")
        sheet.add("tunewright_mysql_replication_running", channel.applies, *server, of, "apply")
        sheet.add("tunewright_replica_lag_seconds", channel.lag_seconds, *server, f"of {channel.source}")
