"""`parameters/autovacuum_starts_late`: reads Tables, Settings; says which large tables should be vacuumed earlier, and computes from when."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import for_table
from tunewright_analyzers.parameters.vacuum import (
    SECONDS_A_DAY,
    dead_rows_a_day,
    option,
    points_a_second,
    rows_of,
    trigger,
    vacuum_seconds,
)

LEAST_RATIO, MOST_RATIO = 0.01, 0.05
"""A vacuum should begin at a day's worth of dead rows, but not before 1 % and not after 5 % of the table."""
MOST_LIMIT = 10_000.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables are large and busy enough."""

    rows_min: float = threshold(1_000_000, "rows", "Smaller tables are vacuumed in no time whenever it begins.")
    trigger_ratio: float = threshold(0.1, "ratio", "Share of dead rows at which autovacuum begins now.")
    hours_min: float = threshold(1, "count", "Hours of the window: what a shorter one counted tells nothing of a day.")
    daily_ratio: float = threshold(0.01, "ratio", "Dead rows a day by rows: below it the table is as good as quiet.")


def _limit(table: Table, settings: Settings, seconds: float | None, begins_every: float) -> float | None:
    """The cost limit that lets a vacuum end in half the time between two; None where it is fast enough."""
    speed = points_a_second(table, settings)
    if seconds is None or speed is None or seconds <= begins_every / 2:
        return None
    now = option(table, settings, "autovacuum_vacuum_cost_limit")
    now = now if now > 0 else settings.number("vacuum_cost_limit", 200)
    return min(MOST_LIMIT, round(now * seconds / (begins_every / 2), -2))


def too_short(context: Context[Thresholds], seconds: float) -> NotJudged:
    """What is said of a window from which a day cannot be told."""
    because = f"the window holds {seconds / 60:,.0f} minutes: dead rows of a day cannot be told from it"
    return NotJudged(context.check, Subject("cluster", context.window.cluster), because)


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def autovacuum_starts_late(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Large, busy tables that autovacuum leaves alone until a tenth of their rows or more is dead.

    Risk: the table and its indexes grow by the dead share, and each vacuum has much to do at once.
    Evidence: rows, updates and deletes a day, the dead rows at which autovacuum begins, the time that its throttle allows a vacuum.
    Remedy: the table's own scale factor, so that it begins at a day's worth of dead rows (1 to 5 %); its own cost limit where a vacuum would
        take longer than half of the time between two.
    False positives: a table that a job of the user's own vacuums; a bulk change that happens once.
    """
    section, settings, limits = context.window.need(Tables), context.window.need(Settings), context.thresholds
    if section.period.seconds < limits.hours_min * 3600:
        yield too_short(context, section.period.seconds)
        return
    for table in section.rows:
        rows = rows_of(table)
        if table.kind not in {"r", "m"} or rows < limits.rows_min:
            continue
        begins, daily = trigger(table, settings), dead_rows_a_day(table, section.period.seconds)
        if begins / rows < limits.trigger_ratio or daily / rows < limits.daily_ratio:
            continue
        wanted = min(max(daily, LEAST_RATIO * rows), MOST_RATIO * rows)
        seconds = vacuum_seconds(table, settings, dirty_ratio=min(1.0, wanted / max(table.pages, 1)))
        limit = _limit(table, settings, seconds, wanted / daily * SECONDS_A_DAY)
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"Autovacuum begins on {table.name} at {begins:,.0f} dead rows ({begins / rows:.0%}), every {begins / daily:,.1f} days; "
            f"{wanted:,.0f} ({wanted / rows:.1%}) would be enough.",
            Evidence("rows", round(rows), "rows", "pg_class.reltuples"),
            Evidence("dead rows a day", round(daily), "rows", "n_tup_upd + n_tup_del over the window"),
            Evidence("autovacuum begins at", round(begins), "rows", "settings and the table's options"),
            *(
                (
                    Evidence(
                        "time of a vacuum, throttled", round(seconds), "seconds", "pages by the manual's cost model"
                    ),
                )
                if seconds
                else ()
            ),
        )
        yield found
        new = {"autovacuum_vacuum_scale_factor": f"{wanted / rows:.3g}"}
        if limit is not None:
            new["autovacuum_vacuum_cost_limit"] = f"{limit:.0f}"
        yield from context.parameters(
            found,
            for_table(table, settings, new, effect=f"a vacuum begins at {wanted / rows:.1%} of dead rows"),
            risk="Vacuums come more often, each with less to do"
            + ("; they use more I/O while they run." if limit else "."),
        )
