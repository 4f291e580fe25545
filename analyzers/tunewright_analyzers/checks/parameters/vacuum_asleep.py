"""`parameters/vacuum_asleep`: reads LogEvents, Tables, Settings; says which tables' vacuums spend their time asleep for the cost delay."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents, LoggedVacuum
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import Tuned, for_table, server_wide
from tunewright_analyzers.parameters.vacuum import cost_delay, cost_limit, slept_ratio

MOST_LIMIT, FACTOR = 10_000.0, 4.0
LONG_DELAY, SHORT_DELAY = 0.010, 0.002
"""Seconds: the default was 20 ms before PostgreSQL 12 and is 2 ms since; configurations outlive upgrades."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a vacuum is too slow for its throttle."""

    seconds_min: float = threshold(600.0, "seconds", "Time that the vacuum took.")
    asleep_ratio: float = threshold(0.5, "ratio", "Share of that time which it must have slept.")
    tables_for_all: float = threshold(4, "count", "Tables from which the limit is advised for all, not by table.")


@dataclass(frozen=True, slots=True)
class _Slow:
    table: Table
    run: LoggedVacuum
    asleep: float
    is_told: bool
    """Whether the log says how long it slept (18 on); else it follows from its cost."""


def _slow(context: Context[Thresholds], tables: dict[RelationName, Table], settings: Settings) -> Iterator[_Slow]:
    """The newest long run of each table, those that slept most first."""
    newest: dict[RelationName, LoggedVacuum] = {}
    for run in context.window.need(LogEvents).vacuums:
        if context.window.holds(run.at) and run.seconds >= context.thresholds.seconds_min:
            newest[RelationName(run.database, run.schema, run.table)] = run
    for name, run in newest.items():
        table = tables.get(name)
        asleep = None if table is None else slept_ratio(run, table, settings)
        if table is not None and asleep is not None and asleep >= context.thresholds.asleep_ratio:
            yield _Slow(table, run, min(1.0, asleep), run.delay_seconds is not None)


@check(needs=(LogEvents, Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def vacuum_asleep(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Vacuums that take long because they sleep: the cost limit, not the disk, sets their pace.

    Risk: dead rows stay longer than they need to; a table that is large enough is never done before it must begin again.
    Evidence: the log's report of the run (log_autovacuum_min_duration): its delay time (18, track_cost_delay_timing), else its cost (buffers hit,
        read and dirtied) by what the cost limit allows a second: so long it must have slept at least.
    Remedy: a higher autovacuum_vacuum_cost_limit for the table, for all where several tables are slow; the delay back to 2 ms where it is longer.
    False positives: a throttle that is wanted, on storage with little bandwidth.
    """
    settings = context.window.need(Settings)
    tables = {row.name: row for row in context.window.need(Tables).rows}
    slow = sorted(_slow(context, tables, settings), key=lambda one: -one.run.seconds * one.asleep)
    delay = settings.number("autovacuum_vacuum_cost_delay", SHORT_DELAY)
    if slow and (len(slow) >= context.thresholds.tables_for_all or delay >= LONG_DELAY):
        yield from _told(context, slow, _for_all(context, settings, delay))
        return
    for one in slow:
        yield from _told(context, [one], _for_one(one.table, settings))


def _for_all(context: Context[Thresholds], settings: Settings, delay: float) -> Tuned | None:
    flavour = context.window.latest.flavour
    if delay >= LONG_DELAY:
        effect = f"sleeps {delay / SHORT_DELAY:g} times shorter for the same work"
        return server_wide(settings, flavour, "autovacuum_vacuum_cost_delay", SHORT_DELAY, effect=effect)
    wanted = min(MOST_LIMIT, settings.number("vacuum_cost_limit", 200) * FACTOR)
    own = settings.number("autovacuum_vacuum_cost_limit", -1)
    wanted = min(MOST_LIMIT, own * FACTOR) if own > 0 else wanted
    effect = "fewer sleeps for the same work"
    return server_wide(settings, flavour, "autovacuum_vacuum_cost_limit", wanted, effect=effect)


def _for_one(table: Table, settings: Settings) -> Tuned | None:
    now = cost_limit(table, settings)
    wanted = f"{min(MOST_LIMIT, now * FACTOR):.0f}"
    if now >= MOST_LIMIT:
        return None
    return for_table(table, settings, {"autovacuum_vacuum_cost_limit": wanted}, effect="fewer sleeps for the same work")


def _told(context: Context[Thresholds], slow: list[_Slow], tuned: Tuned | None) -> Iterator[Verdict]:
    worst, settings = slow[0], context.window.need(Settings)
    subject = Subject("table", str(worst.table.name), worst.table.name.database)
    if tuned is not None and not tuned.is_of_a_table:
        subject = Subject("setting", tuned.changes[0].parameter)
    others = f" ({len(slow)} such tables)" if len(slow) > 1 else ""
    found = context.finding(
        subject,
        Severity.LOW,
        f"A vacuum of {worst.table.name} took {worst.run.seconds / 60:,.0f} minutes, of which it slept {worst.asleep:.0%} for the delay{others}.",
        Evidence("time", round(worst.run.seconds, 1), "seconds", "the server's log"),
        Evidence(
            "share asleep",
            round(worst.asleep, 3),
            "ratio",
            "delay time in the log" if worst.is_told else "its cost by the cost limit",
        ),
        Evidence("cost limit", cost_limit(worst.table, settings), "count", "storage parameter, else pg_settings"),
        Evidence("cost delay", cost_delay(worst.table, settings), "seconds", "storage parameter, else pg_settings"),
        Evidence("tables", ", ".join(str(one.table.name) for one in slow[:5]), "", "the server's log"),
    )
    yield found
    yield from context.parameters(
        found,
        tuned,
        risk="Its vacuums take more of the storage's bandwidth while they run; watch read and write times.",
    )
