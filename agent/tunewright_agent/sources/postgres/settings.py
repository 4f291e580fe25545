"""Source `settings`: pg_settings and the overrides of roles and databases. Fills Settings."""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.settings import RoleSetting, Setting, Settings

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
    )


def _role_setting(row: Row) -> RoleSetting:
    name, _, value = row["entry"].partition("=")
    return RoleSetting(row["database"], row["role"], name, value)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Settings of the server. Raises SourceError."""
    with reader.session() as session:
        rows = tuple(_setting(row) for row in session.query("settings"))
        roles = tuple(_role_setting(row) for row in session.query("role_settings"))
    return Collected((Settings(rows, roles),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("settings", (Settings,), interval_seconds=600, deadline_seconds=10, collect=collect)
