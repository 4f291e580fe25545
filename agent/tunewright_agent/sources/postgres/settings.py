"""Source `settings`: pg_settings and the overrides of roles and databases. Fills Settings."""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.settings import RoleSetting, Setting, Settings
from tunewright_analyzers.facts.snapshot import Gap

# Values that may hold a secret or a path of the user's; the judgement never needs them.
_PRIVATE = frozenset({"primary_conninfo", "ssl_passphrase_command", "archive_command", "restore_command"})


def _setting(row: Row) -> Setting:
    private = row["name"] in _PRIVATE and bool(row["value"])
    return Setting(
        name=row["name"],
        value="(set)" if private else row["value"] or "",
        unit=row["unit"],
        kind=row["kind"],
        context=row["context"],
        source=row["source"],
        boot_value=row["boot_value"],
        reset_value="(set)" if private else row["reset_value"],
        pending_restart=row["pending_restart"],
        choices=tuple(row["choices"] or ()),
    )


def _role_setting(row: Row, known: frozenset[str]) -> RoleSetting:
    """A name that the server does not know is an application's own: such values hold keys and tokens (PostgREST's JWT secret)."""
    name, _, value = row["entry"].partition("=")
    private = bool(value) and (name in _PRIVATE or name not in known)
    return RoleSetting(row["database"], row["role"], name, "(set)" if private else value)


def _hidden(rows: tuple[Setting, ...], reader: Reader, taken_at: datetime) -> tuple[Gap, ...]:
    """Without pg_read_all_settings the server leaves rows out and says nothing; data_directory is one of them on every release."""
    if any(row.name == "data_directory" for row in rows):
        return ()
    reason = "the settings that only superusers may see (shared_preload_libraries is one) are hidden from our role"
    mend = reader.server.grant("pg_read_all_settings")
    return (Gap("settings", reason, taken_at, mend, None, (Settings.name,)),)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Settings of the server. Raises SourceError."""
    with reader.session() as session:
        rows = tuple(_setting(row) for row in session.query("settings"))
        known = frozenset(row.name for row in rows)
        roles = tuple(_role_setting(row, known) for row in session.query("role_settings", mark="settings"))
    return Collected((Settings(rows, roles),), _hidden(rows, reader, taken_at))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("settings", (Settings,), interval_seconds=600, deadline_seconds=10, collect=collect)
