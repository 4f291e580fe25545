"""`parameters/statements_evicted`: reads Statements and Settings; says when pg_stat_statements forgets statements for want of room."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When evictions are worth telling."""

    per_hour: float = threshold(1.0, "count", "Rounds of eviction an hour (each drops 5 % of the entries).")


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def statements_evicted(context: Context[Thresholds]) -> Iterator[Verdict]:
    """pg_stat_statements drops entries because it has room for too few.

    Risk: the rarer statements are not counted, so advice about them is missing and totals are too small; each round takes a lock.
    Evidence: pg_stat_statements_info.dealloc over the period, entries against pg_stat_statements.max.
    Remedy: raise pg_stat_statements.max; before that, look whether an application sends ever new shapes (varying IN lists).
    False positives: a burst of one-off statements that is over.
    """
    section = context.window.need(Statements)
    coverage, hours = section.coverage, max(section.period.seconds / 3600, 1.0)
    if coverage.evicted == 0 or coverage.evicted / hours < context.thresholds.per_hour:
        return
    found = context.finding(
        Subject("setting", "pg_stat_statements.max"),
        Severity.MEDIUM,
        f"pg_stat_statements dropped entries {coverage.evicted} times in {hours:.1f} h; it holds at most {coverage.max_entries:,}.",
        Evidence("rounds of eviction", coverage.evicted, "count", "pg_stat_statements_info.dealloc"),
        Evidence("entries", coverage.entries, "count", "pg_stat_statements"),
        Evidence("pg_stat_statements.max", coverage.max_entries, "count", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            context.window.need(Settings),
            context.window.latest.flavour,
            "pg_stat_statements.max",
            float(max(10_000, 2 * coverage.max_entries)),
            effect="statements are no longer forgotten",
        ),
        risk="Needs a restart; each further entry takes about 0.5 kB of shared memory and its text on disk.",
    )
