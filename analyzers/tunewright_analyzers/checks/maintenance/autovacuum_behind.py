"""`maintenance/autovacuum_behind`: reads Tables and Settings; says where dead rows pile up faster than autovacuum removes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.parameters.vacuum import option, trigger
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a table counts as left behind."""

    dead_rows_min: float = threshold(10_000, "rows", "Tables with fewer dead rows are never reported.")
    trigger_factor: float = threshold(
        2.0, "ratio", "Dead rows as a multiple of the number at which autovacuum should have begun."
    )
    dead_ratio_high: float = threshold(0.5, "ratio", "Share of dead rows from which it is severe.")


def _why(table: Table, settings: Settings) -> str:
    if dict(table.options).get("autovacuum_enabled") in {"false", "off", "0"}:
        return "autovacuum is switched off for this table"
    if table.autovacuums == 0 and table.last_autovacuum is None:
        return "autovacuum has never finished on it"
    return f"{table.autovacuums} autovacuums in the window were not enough"


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def autovacuum_behind(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables that autovacuum cannot keep up with: far more dead rows than the number that should have started it.

    Risk: scans read dead rows, the table and its indexes grow, index-only scans fetch the heap, row estimates go wrong.
    Evidence: n_dead_tup against threshold + scale factor x rows with the table's own options; last autovacuum.
    Remedy: vacuum once, then start earlier (smaller scale factor) and let it run faster (higher cost limit) on this table.
    False positives: a bulk delete minutes ago; look again after the next autovacuum. An old transaction keeps rows from being
        removed whatever the settings are: see maintenance/horizon_held_back.
    """
    settings = context.window.need(Settings)
    for table in context.window.need(Tables).rows:
        begins = trigger(table, settings)
        if table.dead_rows < max(context.thresholds.dead_rows_min, context.thresholds.trigger_factor * begins):
            continue
        share = table.dead_rows / max(1, table.dead_rows + table.live_rows)
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.HIGH if share >= context.thresholds.dead_ratio_high else Severity.MEDIUM,
            f"Table {table.name} holds {table.dead_rows:,} dead rows ({share:.0%}); autovacuum should begin at {begins:,.0f}: "
            f"{_why(table, settings)}.",
            Evidence("dead rows", table.dead_rows, "rows", "pg_stat_user_tables.n_dead_tup"),
            Evidence("dead share", round(share, 4), "ratio", "computed"),
            Evidence("autovacuum begins at", round(begins), "rows", "settings and the table's options"),
            Evidence("autovacuums", table.autovacuums, "count", "pg_stat_user_tables.autovacuum_count"),
            Evidence(
                "last autovacuum", str(table.last_autovacuum or "never"), "", "pg_stat_user_tables.last_autovacuum"
            ),
        )
        yield found
        yield _remedy(context, found, table, settings)


def _remedy(context: Context[Thresholds], found: Finding, table: Table, settings: Settings) -> Verdict:
    scale = option(table, settings, "autovacuum_vacuum_scale_factor")
    cost = max(option(table, settings, "autovacuum_vacuum_cost_limit"), settings.number("vacuum_cost_limit", 200))
    name = qualified(table.name)
    changed = {
        "autovacuum_enabled": "true",
        "autovacuum_vacuum_scale_factor": f"{max(0.005, min(0.02, scale / 4)):g}",
        "autovacuum_vacuum_cost_limit": f"{min(10000, max(1000, cost * 4)):g}",
        "autovacuum_vacuum_cost_delay": "2",
    }
    before = dict(table.options)
    kept = [f"{key} = {before[key]}" for key in changed if key in before]
    reset = [key for key in changed if key not in before]
    rollback = ((f"ALTER TABLE {name} SET ({', '.join(kept)});",) if kept else ()) + (
        (f"ALTER TABLE {name} RESET ({', '.join(reset)});",) if reset else ()
    )
    return context.recommendation(
        found,
        Action.ALTER_TABLE,
        (
            f"ALTER TABLE {name} SET ({', '.join(f'{key} = {value}' for key, value in changed.items())});",
            f"VACUUM (ANALYZE) {name};",
        ),
        risk="VACUUM reads the whole table beside normal work; the settings make later vacuums start earlier and use more I/O.",
        rollback=rollback,
    )
