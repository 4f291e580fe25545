"""`parameters/freeze_age`: reads Throughput, Tables, Settings; says whether forced vacuums against wraparound come too often, or begin too late."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.vacuum import SECONDS_A_DAY, vacuum_seconds

LIMIT = 2**31 - 3_000_000
"""Age at which PostgreSQL refuses to assign new ids (xidStopLimit in varsup.c)."""
MOST_AGE, STEP = 1_000_000_000, 50_000_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What headroom is enough, and how often is too often."""

    safety_factor: float = threshold(3, "ratio", "Days until ids run out by the days that the largest vacuum takes.")
    days_between: float = threshold(
        2, "count", "Days between forced vacuums of a table, below which they come too often."
    )


def _slowest(rows: tuple[Table, ...], settings: Settings) -> tuple[Table | None, float]:
    """The table whose whole vacuum takes longest by the throttle (every page dirtied), and the days it takes."""
    timed = [
        (vacuum_seconds(row, settings, 1.0, whole=True) or 0.0, str(row.name), row)
        for row in rows
        if row.kind in {"r", "m"}
    ]
    if not timed:
        return None, 0.0
    seconds, _, table = max(timed, key=lambda one: one[:2])
    return table, seconds / SECONDS_A_DAY


@check(needs=(Throughput, Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def freeze_age(context: Context[Thresholds]) -> Iterator[Verdict]:
    """autovacuum_freeze_max_age does not suit the rate at which transaction ids are used.

    Risk: too high, the ids run out before the largest table is frozen, and writes are refused; too low, whole tables are read again and again.
    Evidence: ids given out a day, the largest table's whole vacuum by the throttle's cost model, autovacuum_freeze_max_age.
    Remedy: an age that leaves three times the vacuum's time before the end, and forced vacuums at least some days apart.
    False positives: a burst of transactions in a short window; look at a day or more.
    """
    throughput, settings, limits = context.window.need(Throughput), context.window.need(Settings), context.thresholds
    if not any(isinstance(one, Throughput) for one in context.window.deltas) or throughput.transactions is None:
        because = "the rate of transaction ids needs two readings: let the daemon run, or give --over"
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
        return
    daily = throughput.transactions / throughput.period.seconds * SECONDS_A_DAY
    now = settings.number("autovacuum_freeze_max_age", 2e8)
    table, days = _slowest(context.window.need(Tables).rows, settings)
    if daily <= 0 or table is None:
        return
    wanted = _wanted(now, daily, days, limits, settings.number("vacuum_freeze_min_age", 5e7))
    if wanted is None:
        return
    headroom = (LIMIT - now) / daily
    late = wanted < now
    found = context.finding(
        Subject("setting", "autovacuum_freeze_max_age"),
        Severity.HIGH if late else Severity.LOW,
        f"{daily:,.0f} transaction ids a day: a forced vacuum begins {headroom:,.1f} days before they run out, and that of {table.name} takes "
        f"about {days:,.1f} days." if late else
        f"{daily:,.0f} transaction ids a day: whole tables are vacuumed against wraparound every {now / daily:,.1f} days.",
        Evidence("transaction ids a day", round(daily), "count", "pg_snapshot_xmax(pg_current_snapshot()) over the window"),
        Evidence("autovacuum_freeze_max_age", now, "count", "pg_settings"),
        Evidence("days between its beginning and the end", round(headroom, 1), "count", "computed"),
        Evidence("days of the longest vacuum", round(days, 2), "count", f"{table.name}: pages by the manual's cost model"),
    )  # fmt: skip
    yield found
    effect = "ids cannot run out before the largest table is frozen" if late else "forced vacuums come less often"
    yield from context.parameters(
        found,
        server_wide(settings, context.window.latest.flavour, "autovacuum_freeze_max_age", float(wanted), effect=effect),
        risk="Forced vacuums begin earlier, some at once."
        if late
        else "Less time is left when vacuum is held back: watch maintenance/wraparound.",
    )


def _wanted(now: float, daily: float, days: float, limits: Thresholds, freeze_min_age: float) -> int | None:
    """The age advised, in steps of 50 million; None where the present one suits."""
    safe = LIMIT - limits.safety_factor * days * daily
    if safe < now:
        return max(100_000_000, int(safe // STEP * STEP))
    often = (now - freeze_min_age) / daily < limits.days_between
    wanted = min(
        MOST_AGE, int(safe // STEP * STEP), int(-(-(limits.days_between * daily + freeze_min_age) // STEP) * STEP)
    )
    return wanted if often and wanted > now else None
