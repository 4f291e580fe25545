"""`parameters/autovacuum_off`: reads Settings and Tables; says where autovacuum is switched off."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified

_FALSE = {"false", "off", "0", "no"}


def _server(context: Context[NoThresholds], settings: Settings) -> Iterator[Verdict]:
    for name in ("autovacuum", "track_counts"):
        if settings.get(name) is None or settings.on(name):
            continue
        found = context.finding(
            Subject("setting", name),
            Severity.HIGH,
            f"{name} is off: no table is vacuumed or analysed until transaction ids force it.",
            Evidence("value", "off", "", "pg_settings"),
        )
        yield found
        yield from context.parameters(
            found,
            server_wide(settings, context.window.latest.flavour, name, "on", effect="tables are vacuumed and analysed"),
            risk="Overdue vacuums begin at once and use I/O.",
        )


@check(needs=(Settings, Tables), engines=POSTGRESQL)
def autovacuum_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Autovacuum switched off, for the server or for a table.

    Risk: dead rows are never removed, statistics go stale, and transaction ids run out.
    Evidence: the settings autovacuum and track_counts; the table's option autovacuum_enabled.
    Remedy: switch it on and tune the table's own options where it disturbs.
    False positives: a table for which a job of the user's own runs VACUUM and ANALYZE often enough.
    """
    yield from _server(context, context.window.need(Settings))
    for table in context.window.need(Tables).rows:
        if dict(table.options).get("autovacuum_enabled", "true") not in _FALSE:
            continue
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.MEDIUM,
            f"Autovacuum is switched off for table {table.name} ({table.live_rows:,} rows, {table.dead_rows:,} dead).",
            Evidence("autovacuum_enabled", False, "", "pg_class.reloptions"),
            Evidence("dead rows", table.dead_rows, "rows", "pg_stat_user_tables.n_dead_tup"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {qualified(table.name)} RESET (autovacuum_enabled);",),
            risk="An overdue vacuum of the table begins within autovacuum_naptime.",
            rollback=(f"ALTER TABLE {qualified(table.name)} SET (autovacuum_enabled = false);",),
        )
