"""`locks/deadlocks`: reads Databases; says where transactions were ended by deadlocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When deadlocks are worth telling."""

    per_day: float = threshold(1.0, "count", "Deadlocks a day from which a database is reported.")
    per_day_high: float = threshold(100.0, "count", "Deadlocks a day from which it is severe.")


@check(needs=(Databases,), engines=POSTGRESQL, thresholds=Thresholds)
def deadlocks(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Databases in which transactions deadlock.

    Risk: each deadlock rolls one transaction back after waiting deadlock_timeout; users see errors.
    Evidence: pg_stat_database.deadlocks over the window.
    Remedy: lock rows and tables in the same order everywhere, in shorter transactions; the server log names both statements.
    False positives: a test suite that provokes them.
    """
    section = context.window.need(Databases)
    days = section.period.seconds / 86400
    for database in section.rows:
        rate = database.deadlocks / max(days, 1 / 24)
        if database.deadlocks == 0 or rate < context.thresholds.per_day:
            continue
        yield context.finding(
            Subject("database", database.name),
            Severity.HIGH if rate >= context.thresholds.per_day_high else Severity.MEDIUM,
            f"{database.deadlocks} transactions in {database.name} were ended by deadlocks in {section.period.seconds / 3600:.1f} h.",
            Evidence("deadlocks", database.deadlocks, "count", "pg_stat_database.deadlocks"),
            Evidence("window", round(section.period.seconds), "seconds", "pg_stat_database.stats_reset or the window"),
        )
