"""`plans/trigger_time`: reads Plans; says where triggers and foreign-key checks take the time of a write."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import Plans, StatementPlan
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import origin, subject_of, weight, worst_rows


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When triggers take too much."""

    seconds_min: float = threshold(0.05, "seconds", "Time in all triggers of the statement.")
    ratio_min: float = threshold(0.25, "ratio", "Their share of the execution time.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def trigger_time(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Writes that spend much of their time in triggers or foreign-key checks.

    Risk: every write waits for them; a foreign-key check without an index scans the whole referring table.
    Evidence: trigger times and calls against execution time in an executed plan.
    Remedy: an index for the foreign key (indexes/foreign_key_unindexed); statement-level triggers with transition tables for bulk writes.
    False positives: a trigger whose work is wanted.
    """
    limits = context.thresholds

    def score(row: StatementPlan) -> float | None:
        spent, whole = sum(one.seconds for one in row.plan.triggers), row.plan.execution_seconds
        enough = whole and spent >= limits.seconds_min and spent / whole >= limits.ratio_min
        return spent if enough else None

    for row, spent in worst_rows(context.window.need(Plans), score):
        slowest = max(row.plan.triggers, key=lambda one: one.seconds)
        whole = row.plan.execution_seconds or 0.0
        yield context.finding(
            subject_of(row),
            weight(context.window, row),
            f"Triggers took {spent * 1000:,.0f} ms of {whole * 1000:,.0f} ms, most of it {slowest.name} with {slowest.calls:,} calls.",
            Evidence("time in triggers", round(spent, 4), "seconds", origin(row)),
            Evidence("execution time", round(whole, 4), "seconds", origin(row)),
            Evidence("slowest", slowest.name, "", origin(row)),
            Evidence("its calls", slowest.calls, "count", origin(row)),
        )
