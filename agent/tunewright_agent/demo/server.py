"""The demo's own server: settings that make it read like a production server, and the mark by which `apply` knows it again.

`server()` is called by the demo's run; nothing here is ever used for a server of the user's.
"""

from pathlib import Path

from tunewright_agent.embedded.server import EmbeddedServer

DATABASE = "shop"
MARK_SETTING = "tunewright.demo"
"""A setting that only this file gives to a server. `apply` refuses every server without it."""
MARK = "this server is a throw-away"

SETTINGS = {
    MARK_SETTING: MARK,
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    # Small enough for two cores and a few gigabytes, large enough that the second run reads from memory as the first did.
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_prepared_transactions": "5",
    "wal_level": "logical",
    "track_io_timing": "on",
    # A shop's statements share two cores: parallel workers would make the two runs depend on who else was busy.
    "max_parallel_workers_per_gather": "0",
    # As shipped with PostgreSQL; several statements of the shop want more.
    "work_mem": "4MB",
    # Planted: nothing is vacuumed or analysed for the hour that the demo might live.
    "autovacuum_naptime": "1h",
    # Planted: commits of the last moment are lost in a crash. (fsync is off on every embedded server, and found too.)
    "synchronous_commit": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Every statement is timed node by node, so that no plan is missed in a minute; a production server would sample one in a hundred.
    "auto_explain.sample_rate": "1",
    "auto_explain.log_min_duration": "10ms",
    "auto_explain.log_format": "json",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "on",
    "auto_explain.log_triggers": "on",
    "auto_explain.log_verbose": "on",
    "auto_explain.log_settings": "on",
}


def server(*, data_parent: Path | None = None) -> EmbeddedServer:
    """The server, over socket and TCP, not yet started: a context manager that starts it, stops it and removes it."""
    return EmbeddedServer(settings=SETTINGS, tcp=True, data_parent=data_parent)
