"""`queries/dominant`: reads Statements; says which statement takes most of the server's time."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a statement dominates."""

    share_min: float = threshold(0.3, "ratio", "Share of all statements' execution time.")
    seconds_min: float = threshold(10, "seconds", "Its execution time over the window.")


@check(needs=(Statements,), thresholds=Thresholds)
def dominant(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A statement that takes a large part of all execution time.

    Risk: none by itself; it is where work on performance pays most, and whose regression everyone feels.
    Evidence: total execution time and calls of pg_stat_statements over the window, as a share of all rows.
    Remedy: read its plan and the other findings about it; look whether it must run so often.
    False positives: a batch job that is meant to use the server.
    """
    section = context.window.need(Statements)
    total = sum(row.exec_seconds for row in section.rows if row.key.toplevel)
    by_statement: dict[tuple[str, str], list[float]] = {}
    for row in section.rows:
        if not row.own and row.key.toplevel and row.kind != "utility":
            sums = by_statement.setdefault((row.id, row.key.database), [0.0, 0.0])
            sums[0] += row.exec_seconds
            sums[1] += row.calls
    for (identity, database), (seconds, calls) in by_statement.items():
        if seconds < context.thresholds.seconds_min or seconds < context.thresholds.share_min * total:
            continue
        yield context.finding(
            Subject("statement", identity, database),
            Severity.INFO,
            f"Statement {identity} takes {seconds / total:.0%} of all execution time: {calls:,.0f} calls, {seconds / calls * 1000:,.1f} ms each.",
            Evidence("execution time", round(seconds, 3), "seconds", "pg_stat_statements"),
            Evidence("share of all statements", round(seconds / total, 4), "ratio", "pg_stat_statements"),
            Evidence("calls", int(calls), "count", "pg_stat_statements"),
        )
