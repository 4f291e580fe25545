"""Source `settings`: the server's variables, and where each comes from. Fills Settings. Values that may be secrets are left out.

Sizes and counts are bare numbers; units stand in the names or in the manual, so `unit` is set only where a rule needs it: seconds and milliseconds.
`context`: `postmaster` where a change needs a restart, `user` where it does not, as the facts have it. MariaDB lists its read-only
variables; MySQL would tell by refusing SET GLOBAL, which we never send, so those that the manual marks stand here.
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row, Session, lowered
from tunewright_agent.sources.source import Collected, Source, SourceError, Unavailable
from tunewright_analyzers.facts.settings import Setting, Settings
from tunewright_analyzers.facts.snapshot import Gap

_SECRET = (
    "password",
    "secret",
    "_key",
    "init_connect",
    "init_file",
    "init_replica",
    "init_slave",
    "gtid",
    "_uid",
    "uuid",
)
_SECONDS = ("_timeout", "long_query_time", "max_statement_time")
_RESTART = frozenset(
    {
        "back_log", "bind_address", "innodb_buffer_pool_chunk_size", "innodb_buffer_pool_instances",
        "innodb_data_file_path", "innodb_data_home_dir", "innodb_doublewrite", "innodb_flush_method",
        "innodb_ft_cache_size", "innodb_log_file_size", "innodb_log_files_in_group", "innodb_page_cleaners",
        "innodb_page_size", "innodb_purge_threads", "innodb_read_io_threads", "innodb_read_only",
        "innodb_rollback_on_timeout", "innodb_sort_buffer_size", "innodb_undo_directory", "innodb_use_native_aio",
        "innodb_write_io_threads", "innodb_numa_interleave", "large_pages", "log_bin", "lower_case_table_names",
        "max_digest_length", "open_files_limit", "performance_schema", "performance_schema_digests_size",
        "performance_schema_max_digest_length", "performance_schema_max_sql_text_length", "port", "report_host",
        "server_id_bits", "skip_name_resolve", "skip_networking", "table_open_cache_instances", "thread_handling",
        "thread_stack",
    }
)  # fmt: skip


def _kind(value: str) -> str:
    if value in {"ON", "OFF"}:
        return "bool"
    try:
        int(value)
    except ValueError:
        try:
            float(value)
        except ValueError:
            return "string"
        return "real"
    return "integer"


def _unit(name: str, kind: str) -> str | None:
    if kind not in {"integer", "real"}:
        return None
    if name == "max_execution_time":
        return "ms"
    return "s" if name.endswith(_SECONDS) else None


def _setting(name: str, value: str, about: Row | None) -> Setting:
    """One variable; booleans as `on` and `off`, as the facts have them."""
    kind = _kind(value)
    restart = name in _RESTART if about is None or "read_only" not in about else about["read_only"] == "YES"
    boot = about.get("boot_value") if about is not None else None
    return Setting(
        name=name,
        value=value.lower() if kind == "bool" else value,
        unit=_unit(name, kind),
        kind=kind,
        context="postmaster" if restart else "user",
        source=str(about["source"]).lower() if about is not None else "unknown",
        boot_value=None if boot is None else str(boot),
    )


def _sources(session: Session, mariadb: bool) -> dict[str, Row]:
    name, needs = ("settings_mariadb", None) if mariadb else ("settings_sources", PERFORMANCE_SCHEMA)
    return {str(row["name"]).lower(): row for row in session.query(name, mark="settings", needs=needs)}


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All variables. Raises SourceError."""
    gaps: tuple[Gap, ...] = ()
    about: dict[str, Row] = {}
    with reader.session() as session:
        rows = lowered(session.query("settings"))
        try:
            about = _sources(session, reader.server.is_mariadb)
        except Unavailable:
            raise
        except SourceError as error:
            reason = f"where the settings come from is not known: {error.reason}"
            gaps = (Gap("settings", reason, taken_at, error.mend, None, (Settings.name,)),)
    found = []
    for row in rows:
        name = str(row["variable_name"]).lower()
        if not any(part in name for part in _SECRET):
            found.append(_setting(name, str(row["value"]), about.get(name)))
    return Collected((Settings(tuple(found)),), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("settings", (Settings,), interval_seconds=300, deadline_seconds=10, collect=collect)
