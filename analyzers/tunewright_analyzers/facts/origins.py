"""Where facts come from, in each engine's own words. Checks that hold for several engines name PostgreSQL's views; this says what stands for them.

One place, so that a check names no engine. A test holds that no finding on MySQL tells of a view of PostgreSQL's.
"""

from tunewright_analyzers.facts.snapshot import Engine

_MYSQL = (
    ("pg_blocking_pids", "performance_schema.data_lock_waits and metadata_locks"),
    ("pg_stat_activity.state_change", "performance_schema.threads"),
    ("pg_stat_activity.query, redacted", "performance_schema.threads, redacted"),
    ("pg_stat_activity.state", "performance_schema.threads"),
    ("pg_stat_activity", "performance_schema.threads"),
    ("max_connections less the reserved ones", "max_connections"),
    ("pg_stat_statements", "events_statements_summary_by_digest"),
    ("pg_stat_replication.replay_lag", "SHOW REPLICA STATUS"),
    ("pg_last_xact_replay_timestamp", "SHOW REPLICA STATUS"),
    ("aurora_replica_status()", "information_schema.replica_host_status"),
    ("pg_sequences", "information_schema.tables.auto_increment"),
    ("sequence and column type", "column type"),
    ("pg_stat_user_tables", "information_schema.tables"),
    ("pg_stat_all_tables", "table_io_waits_summary_by_index_usage"),
    ("pg_stat_database.stats_reset", "the server's start"),
    ("pg_class", "information_schema.tables"),
    ("pg_constraint", "information_schema.table_constraints"),
    ("pg_attribute", "information_schema.columns"),
    ("pg_roles.rolsuper", "mysql.user"),
    ("pg_roles", "mysql.user"),
    ("pg_stat_ssl", "performance_schema.threads.connection_type"),
    ("pg_settings, 0 = never", "no such setting"),
)


def origin(source: str, engine: Engine) -> str:
    """`source` as that engine has it."""
    if engine is Engine.POSTGRESQL:
        return source
    for here, there in _MYSQL:  # the longer names stand first
        if here in source:
            return source.replace(here, there)
    return source
