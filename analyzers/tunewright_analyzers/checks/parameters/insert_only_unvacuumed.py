"""`parameters/insert_only_unvacuumed`: reads Tables, Settings; says which insert-only tables are vacuumed too seldom for index-only scans."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import for_table
from tunewright_analyzers.parameters.vacuum import SECONDS_A_DAY, option, rows_of

LEAST_RATIO, MOST_RATIO = 0.01, 0.05


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count as insert-only and badly visible."""

    pages_min: float = threshold(12_800, "count", "Pages of the table (12,800 are 100 MB).")
    changed_ratio: float = threshold(0.01, "ratio", "Updates and deletes by inserts, at most.")
    hours_min: float = threshold(1, "count", "Hours of the window: what a shorter one counted tells nothing of a day.")
    visible_ratio: float = threshold(0.8, "ratio", "Share of all-visible pages below which it is told.")


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def insert_only_unvacuumed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Insert-only tables, read by index, few of whose pages are marked all-visible.

    Risk: index-only scans fetch the heap, and the first vacuum against wraparound has the whole table to read and freeze at once.
    Evidence: inserts against updates and deletes, all-visible pages, inserts since the last vacuum and where the next begins.
    Remedy: the table's own autovacuum_vacuum_insert_scale_factor for a day's inserts, between 1 and 5 %.
    False positives: a table that was loaded today and is complete: one VACUUM will do.
    """
    section, settings, limits = context.window.need(Tables), context.window.need(Settings), context.thresholds
    name = "autovacuum_vacuum_insert_scale_factor"
    if settings.get(name) is None:
        return
    if section.period.seconds < limits.hours_min * 3600:
        because = (
            f"the window holds {section.period.seconds / 60:,.0f} minutes: inserts of a day cannot be told from it"
        )
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
        return
    for table in section.rows:
        rows = rows_of(table)
        if (
            table.kind not in {"r", "m"}
            or table.pages < limits.pages_min
            or not table.rows_inserted
            or not table.index_scans
            or rows <= 0
        ):
            continue
        changed = (table.rows_updated + table.rows_deleted) / table.rows_inserted
        visible = table.all_visible_pages / table.pages
        begins = option(table, settings, "autovacuum_vacuum_insert_threshold") + option(table, settings, name) * rows
        if changed > limits.changed_ratio or visible >= limits.visible_ratio:
            continue
        daily = table.rows_inserted / section.period.seconds * SECONDS_A_DAY
        wanted = min(max(daily / rows, LEAST_RATIO), MOST_RATIO)
        if wanted * 2 > option(table, settings, name):
            continue
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"{table.name} only grows, and {visible:.0%} of its pages are all-visible; its next vacuum begins after {begins:,.0f} inserts.",
            Evidence("all-visible pages", round(visible, 4), "ratio", "pg_class.relallvisible by pages"),
            Evidence("inserts a day", round(daily), "rows", "n_tup_ins over the window"),
            Evidence("inserts since the last vacuum", table.inserted_since_vacuum, "rows", "n_ins_since_vacuum"),
            Evidence("a vacuum begins after", round(begins), "rows", "settings and the table's options"),
            Evidence("index scans", table.index_scans, "count", "pg_stat_user_tables.idx_scan"),
        )
        yield found
        yield from context.parameters(
            found,
            for_table(table, settings, {name: f"{wanted:.3g}"}, effect="pages become all-visible within a day"),
            risk="Vacuums come more often; each reads only the pages that were added.",
        )
