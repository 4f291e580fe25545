"""Series of a server as a whole: identity, load, sessions, its machine, databases, replication, throughput, settings."""

from collections import Counter
from collections.abc import Callable, Mapping

from tunewright_agent.metrics.sheet import Sheet
from tunewright_analyzers.facts.databases import Database, Databases, Throughput
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.sessions import ActiveSessions, Session, Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Snapshot
from tunewright_analyzers.logs.kinds import alarming_kinds
from tunewright_analyzers.parameters.safety import protects

Labels = tuple[str, str]

NOTED_SETTINGS = (
    "autovacuum", "autovacuum_freeze_max_age", "autovacuum_max_workers", "autovacuum_naptime",
    "autovacuum_vacuum_scale_factor", "checkpoint_completion_target", "checkpoint_timeout", "default_statistics_target",
    "effective_cache_size", "effective_io_concurrency", "fsync", "full_page_writes", "hash_mem_multiplier",
    "idle_in_transaction_session_timeout", "jit", "lock_timeout", "log_min_duration_statement", "maintenance_work_mem",
    "max_connections", "max_parallel_workers", "max_parallel_workers_per_gather", "max_slot_wal_keep_size", "max_wal_size",
    "max_worker_processes", "random_page_cost", "seq_page_cost", "shared_buffers", "statement_timeout", "temp_file_limit",
    "track_io_timing", "wal_buffers", "work_mem",
)  # fmt: skip

_OWN_PROCESSES = ("checkpointer", "background writer")
"""They live as long as the server does, and start anew when it recovers from a crash."""

_DATABASE: Mapping[str, Callable[[Database], float | None]] = {
    "size_bytes": lambda row: row.size_bytes,
    "commits_total": lambda row: row.commits,
    "rollbacks_total": lambda row: row.rollbacks,
    "blocks_hit_total": lambda row: row.blocks_hit,
    "blocks_read_total": lambda row: row.blocks_read,
    "rows_fetched_total": lambda row: row.rows_fetched,
    "rows_returned_total": lambda row: row.rows_returned,
    "rows_inserted_total": lambda row: row.rows_inserted,
    "rows_updated_total": lambda row: row.rows_updated,
    "rows_deleted_total": lambda row: row.rows_deleted,
    "temp_files_total": lambda row: row.temp_files,
    "temp_bytes_total": lambda row: row.temp_bytes,
    "deadlocks_total": lambda row: row.deadlocks,
    "conflicts_total": lambda row: row.conflicts,
    "checksum_failures_total": lambda row: row.checksum_failures,
    "active_seconds_total": lambda row: row.active_seconds,
    "block_read_seconds_total": lambda row: row.block_read_seconds,
    "xid_age": lambda row: row.xid_age,
    "mxid_age": lambda row: row.mxid_age,
}


def write_identity(sheet: Sheet, server: Labels, snapshot: Snapshot) -> None:
    """What the server is."""
    replication = snapshot.section(Replication)
    role = "unknown" if replication is None else "standby" if replication.is_standby else "primary"
    version = f"{snapshot.version // 10000}.{snapshot.version % 10000}"
    sheet.add("tunewright_server_info", 1, *server, snapshot.engine, version, snapshot.flavour, role)
    sheet.add("tunewright_snapshot_timestamp_seconds", snapshot.taken_at.timestamp(), *server)


def write_load(sheet: Sheet, server: Labels, section: ActiveSessions) -> None:
    """Average active sessions by wait; nothing where no sample was taken."""
    if not section.samples:
        return
    sums: Counter[tuple[str, str]] = Counter()
    for row in section.rows:
        sums[(row.wait_type, row.wait_event)] += row.samples
    for wait, samples in sums.items():
        sheet.add("tunewright_load_sessions", samples / section.samples, *server, *wait)
    sheet.add("tunewright_load_peak_sessions", section.peak_active, *server)
    longest = max((row.longest_seconds for row in section.blocked), default=0.0)
    sheet.add("tunewright_blocked_longest_seconds", longest, *server)


def _is_client(row: Session) -> bool:
    return row.backend_type == "client backend" and not row.own


def write_sessions(sheet: Sheet, server: Labels, section: Sessions) -> None:
    """Clients by state, the oldest transaction, who waits."""
    clients = [row for row in section.rows if _is_client(row)]
    for (database, state), number in Counter((row.database, row.state or "unknown") for row in clients).items():
        sheet.add("tunewright_sessions", number, *server, database, state)
    open_for = [(section.taken_at - row.transaction_start).total_seconds() for row in clients if row.transaction_start]
    sheet.add("tunewright_longest_transaction_seconds", max(open_for, default=0.0), *server)
    sheet.add("tunewright_blocked_sessions", sum(1 for row in section.rows if row.blocked_by), *server)
    sheet.add("tunewright_prepared_transactions", len(section.prepared), *server)
    idle = [row.state_change for row in clients if row.state_change and (row.state or "").startswith("idle in tr")]
    longest = max(((section.taken_at - since).total_seconds() for since in idle), default=0.0)
    sheet.add("tunewright_idle_in_transaction_longest_seconds", longest, *server)
    workers = sum(1 for row in section.rows if row.backend_type == "autovacuum worker")
    sheet.add("tunewright_autovacuum_workers", workers, *server)
    starts = [row.backend_start for row in section.rows if row.backend_type in _OWN_PROCESSES and row.backend_start]
    sheet.add("tunewright_server_start_timestamp_seconds", min(starts).timestamp() if starts else None, *server)
    ages = [max(row.xmin_age or 0, row.xid_age or 0) for row in clients]
    sheet.add("tunewright_horizon_age", max(ages, default=0), *server, "session")
    held = max((row.xid_age for row in section.prepared), default=0)
    sheet.add("tunewright_horizon_age", held, *server, "prepared transaction")


def write_host(sheet: Sheet, server: Labels, section: Host) -> None:
    """The database's own machine; nothing where ours is another (then its cores say nothing about the server)."""
    if not section.is_database_host:
        return
    sheet.add("tunewright_host_cores", section.cores, *server)
    sheet.add("tunewright_host_cpu_ratio", section.cpu_ratio, *server)
    sheet.add("tunewright_host_memory_bytes", section.memory_bytes, *server)
    sheet.add("tunewright_host_memory_available_bytes", section.memory_available_bytes, *server)
    sheet.add("tunewright_host_swap_used_bytes", section.swap_used_bytes, *server)


def write_databases(sheet: Sheet, server: Labels, section: Databases) -> None:
    """Cumulative counters of each database, connections, ages; what the engine does not count by database leaves no series."""
    for row in section.rows:
        sheet.add("tunewright_connections", row.connections, *server, row.name)
        for name, of in _DATABASE.items():
            if name.removesuffix("_total") in section.uncounted:
                continue
            sheet.add(f"tunewright_database_{name}", of(row), *server, row.name)
    sheet.add("tunewright_connections_max", section.max_connections or None, *server)
    sheet.add("tunewright_connections_reserved", section.reserved_connections, *server)


def write_replication(sheet: Sheet, server: Labels, section: Replication) -> None:
    """Standbys, slots, archiving; Aurora's readers as their storage sees them."""
    for row in section.replicas:
        sheet.add("tunewright_replica_lag_seconds", row.replay_lag_seconds, *server, row.application)
        sheet.add("tunewright_replica_lag_bytes", row.replay_lag_bytes, *server, row.application)
    for member in section.aurora:
        if not member.is_writer:
            sheet.add("tunewright_replica_lag_seconds", member.lag_seconds, *server, member.server)
    for slot in section.slots:
        sheet.add("tunewright_slot_retained_bytes", slot.retained_bytes, *server, slot.name)
        sheet.add("tunewright_slot_safe_bytes", slot.safe_bytes, *server, slot.name)
        sheet.add("tunewright_slot_active", slot.is_active, *server, slot.name)
    followers = sum(1 for member in section.aurora if not member.is_writer)
    sheet.add("tunewright_replicas", len(section.replicas) + followers, *server)
    held = max((max(slot.xmin_age or 0, slot.catalog_xmin_age or 0) for slot in section.slots), default=0)
    sheet.add("tunewright_horizon_age", held, *server, "slot")
    held = max((row.xmin_age or 0 for row in section.replicas), default=0)
    sheet.add("tunewright_horizon_age", held, *server, "standby")
    archived = section.archive_last_archived
    sheet.add("tunewright_archive_last_timestamp_seconds", archived.timestamp() if archived else None, *server)
    if section.is_standby:
        if not section.aurora:
            sheet.add("tunewright_standby_receiving", section.receiver_state == "streaming", *server)
        sheet.add("tunewright_standby_lag_seconds", section.replay_lag_seconds, *server)
    sheet.add("tunewright_archive_failures_total", section.archive_failures, *server)


def write_throughput(sheet: Sheet, server: Labels, section: Throughput) -> None:
    """WAL, checkpoints, buffers, I/O; what the release does not count leaves no series."""
    sheet.add("tunewright_wal_bytes_total", section.wal_bytes, *server)
    sheet.add("tunewright_wal_records_total", section.wal_records, *server)
    sheet.add("tunewright_wal_full_page_images_total", section.wal_full_page_images, *server)
    sheet.add("tunewright_wal_buffers_full_total", section.wal_buffers_full, *server)
    sheet.add("tunewright_checkpoints_total", section.checkpoints_timed, *server, "time")
    sheet.add("tunewright_checkpoints_total", section.checkpoints_requested, *server, "request")
    sheet.add("tunewright_checkpoint_write_seconds_total", section.checkpoint_write_seconds, *server)
    sheet.add("tunewright_checkpoint_sync_seconds_total", section.checkpoint_sync_seconds, *server)
    sheet.add("tunewright_buffers_written_total", section.checkpoint_buffers_written, *server, "checkpointer")
    sheet.add("tunewright_buffers_written_total", section.bgwriter_buffers_written, *server, "background writer")
    sheet.add("tunewright_buffers_written_total", section.backend_buffers_written, *server, "backends")
    for row in section.io:
        who = (*server, row.backend_type, row.object)
        if row.reads:
            sheet.add("tunewright_io_bytes_total", row.read_bytes, *who, "read")
            sheet.add("tunewright_io_seconds_total", row.read_seconds, *who, "read")
        if row.writes:
            sheet.add("tunewright_io_bytes_total", row.write_bytes, *who, "write")
            sheet.add("tunewright_io_seconds_total", row.write_seconds, *who, "write")


def write_log(sheet: Sheet, server: Labels, engine: Engine, section: LogEvents) -> None:
    """What the log told since the agent began to read it; what alerts watch from 0 on, so that the first event is an increase."""
    for category, kind in alarming_kinds(engine) if section.errors_read else ():
        sheet.add("tunewright_log_events_total", 0, *server, category, kind)
    for row in section.rows:
        sheet.add("tunewright_log_events_total", row.count, *server, row.category, row.kind)
    sheet.add("tunewright_log_dropped_bytes_total", section.dropped_bytes, *server)


def write_settings(sheet: Sheet, server: Labels, snapshot: Snapshot, section: Settings) -> None:
    """The settings that tuning turns on, those that protect the data, and how many changes wait for a restart."""
    for name, safe in protects(section, snapshot.engine, snapshot.flavour).items():
        sheet.add("tunewright_setting_safe", safe, *server, name)
    rows = {row.name: row for row in section.rows if row.name in NOTED_SETTINGS}
    for name, row in rows.items():
        if row.kind == "bool":
            sheet.add("tunewright_setting", row.value == "on", *server, name)
        elif row.kind in ("integer", "real"):
            sheet.add("tunewright_setting", section.number(name), *server, name)
    sheet.add("tunewright_settings_pending_restart", sum(row.pending_restart for row in section.rows), *server)
