"""`parameters/autovacuum_throttled`: reads ActiveSessions, Tables, Settings; says where autovacuum's workers are all busy and tables wait."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide, together
from tunewright_analyzers.parameters.vacuum import trigger

MOST_LIMIT, MORE_WORKERS = 10_000.0, 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the workers are too few, or too slow."""

    busy_ratio: float = threshold(0.8, "ratio", "Workers seen by workers allowed, over all samples.")
    delayed_ratio: float = threshold(
        0.3, "ratio", "Share of the workers' samples asleep for the cost delay: then they are too slow, not too few."
    )
    overdue_min: float = threshold(1, "count", "Tables past the number of dead rows at which autovacuum should begin.")


def _limit(settings: Settings) -> float:
    own = settings.number("autovacuum_vacuum_cost_limit", -1)
    return own if own > 0 else settings.number("vacuum_cost_limit", 200)


@check(needs=(ActiveSessions, Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def autovacuum_throttled(context: Context[Thresholds]) -> Iterator[Verdict]:
    """All autovacuum workers are busy most of the time, and tables wait for one.

    Risk: dead rows, bloat and stale statistics grow where nobody looks; at the worst, transaction ids run out.
    Evidence: workers in the samples against autovacuum_max_workers, how many of them slept for the cost delay, tables overdue.
    Remedy: a higher cost limit where they sleep (it is shared by all workers); more workers, and the limit in proportion, where they work.
    False positives: one giant table that takes a worker for days; autovacuum held back by an old transaction (maintenance/horizon_held_back).
    """
    load, settings, limits = context.window.need(ActiveSessions), context.window.need(Settings), context.thresholds
    workers = settings.number("autovacuum_max_workers", 3)
    if not load.samples or load.autovacuum_samples / (load.samples * workers) < limits.busy_ratio:
        return
    overdue = [row for row in context.window.need(Tables).rows if row.dead_rows > trigger(row, settings)]
    if len(overdue) < limits.overdue_min:
        return
    delayed, now = load.autovacuum_delayed_samples / load.autovacuum_samples, _limit(settings)
    asleep = delayed >= limits.delayed_ratio
    found = context.finding(
        Subject("setting", "autovacuum_vacuum_cost_limit" if asleep else "autovacuum_max_workers"),
        Severity.LOW,
        f"{load.autovacuum_samples / load.samples:.1f} of {workers:.0f} autovacuum workers were busy, asleep for the cost delay in {delayed:.0%} "
        f"of the samples; {len(overdue)} tables are overdue.",
        Evidence(
            "workers busy", round(load.autovacuum_samples / load.samples, 2), "count", "samples of pg_stat_activity"
        ),
        Evidence("asleep for the cost delay", round(delayed, 3), "ratio", "wait event VacuumDelay"),
        Evidence("autovacuum_max_workers", workers, "count", "pg_settings"),
        Evidence("cost limit", now, "count", "autovacuum_vacuum_cost_limit or vacuum_cost_limit"),
        Evidence("tables overdue", len(overdue), "count", "n_dead_tup against where autovacuum begins"),
    )
    yield found
    flavour = context.window.latest.flavour
    factor = 2.0 if asleep else (workers + MORE_WORKERS) / workers
    limit = server_wide(
        settings,
        flavour,
        "autovacuum_vacuum_cost_limit",
        min(MOST_LIMIT, round(now * factor)),
        effect="each worker gets more done",
    )
    more = None
    if not asleep:
        more = server_wide(
            settings, flavour, "autovacuum_max_workers", workers + MORE_WORKERS, effect="fewer tables wait for a worker"
        )
    yield from context.parameters(
        found,
        together(limit, more),
        risk="Autovacuum takes more of the storage's bandwidth while it runs; watch read and write times.",
    )
