"""`maintenance/stale_statistics`: reads Tables and Settings; says which tables the planner knows too little of."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When statistics count as stale."""

    rows_min: float = threshold(10_000, "rows", "Tables with fewer rows are never reported.")
    trigger_factor: float = threshold(
        2.0, "ratio", "Changed rows as a multiple of the number at which autoanalyze should have begun."
    )


def _begins(table: Table, settings: Settings) -> float:
    own = dict(table.options)
    base = float(own.get("autovacuum_analyze_threshold", settings.number("autovacuum_analyze_threshold")))
    scale = float(own.get("autovacuum_analyze_scale_factor", settings.number("autovacuum_analyze_scale_factor")))
    return base + scale * max(table.row_estimate, 0.0)


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def stale_statistics(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables that were never analysed, or changed far more than autoanalyze allows since.

    Risk: row estimates are guesses, so joins, sorts and memory are planned for the wrong number of rows.
    Evidence: n_mod_since_analyze against threshold + scale factor x rows; last analyze; reltuples.
    Remedy: ANALYZE the table now; lower autovacuum_analyze_scale_factor on it where it comes back.
    False positives: a table that is loaded and dropped within minutes; partitioned parents are never autoanalysed and count here.
    """
    settings = context.window.need(Settings)
    for table in context.window.need(Tables).rows:
        never = table.row_estimate < 0 or (table.last_analyze is None and table.last_autoanalyze is None)
        rows = max(table.live_rows, int(max(table.row_estimate, 0)))
        stale = table.modified_since_analyze >= context.thresholds.trigger_factor * _begins(table, settings)
        if (
            rows < context.thresholds.rows_min
            or table.kind == "p"
            or not (stale or never)
            or table.modified_since_analyze == 0
        ):
            continue
        begins = _begins(table, settings)
        state = (
            "was never analysed"
            if never
            else f"changed by {table.modified_since_analyze:,} rows since it was last analysed"
        )
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.MEDIUM,
            f"Table {table.name} ({rows:,} rows) {state}; autoanalyze should begin at {begins:,.0f}.",
            Evidence("changed rows", table.modified_since_analyze, "rows", "pg_stat_user_tables.n_mod_since_analyze"),
            Evidence("autoanalyze begins at", round(begins), "rows", "settings and the table's options"),
            Evidence(
                "last analysed", str(table.last_autoanalyze or table.last_analyze or "never"), "", "pg_stat_user_tables"
            ),
        )
        yield found
        yield context.recommendation(
            found,
            Action.ANALYZE,
            (f"ANALYZE {qualified(table.name)};",),
            risk="Reads a sample of the table; plans of its statements may change at once, mostly for the better.",
            rollback=(),
        )
