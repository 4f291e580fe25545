"""`parameters/digests_full`: reads Statements; says how much of the statements' time has no digest of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When too much is lost."""

    covered_min: float = threshold(
        0.95, "ratio", "Share of the statements' time that has digests of its own; below it is reported."
    )


@check(needs=(Statements,), thresholds=Thresholds, engines=MYSQL_FAMILY)
def digests_full(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A statement table so full that new statements are counted together.

    Risk: the costliest statement may be among those that have no row: whatever is said of statements speaks of the rest only.
    Evidence: the time of the row without a digest as a share of all; Performance_schema_digest_lost; performance_schema_digests_size.
    Remedy: TRUNCATE TABLE performance_schema.events_statements_summary_by_digest starts anew; a larger performance_schema_digests_size lasts, after a
        restart. Look also why there are so many: generated names of columns or tables make a digest each.
    False positives: right after a migration that sent thousands of statements once.
    """
    coverage = context.window.need(Statements).coverage
    ratio = coverage.time_ratio
    if ratio is None or ratio >= context.thresholds.covered_min:
        return
    yield context.finding(
        Subject("setting", "performance_schema_digests_size"),
        Severity.MEDIUM,
        f"{1 - ratio:.0%} of the statements' time is in no digest of its own: the table holds {coverage.max_entries:,} and is full.",
        Evidence("time with a digest", round(ratio, 4), "ratio", "events_statements_summary_by_digest"),
        Evidence("digests lost", coverage.evicted, "count", "Performance_schema_digest_lost"),
        Evidence("room", coverage.max_entries, "count", "performance_schema_digests_size"),
    )
