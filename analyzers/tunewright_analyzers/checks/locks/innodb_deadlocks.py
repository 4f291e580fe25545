"""`locks/innodb_deadlocks`: reads ServerStatus; says how often InnoDB ended transactions by deadlocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When deadlocks are worth telling."""

    per_day: float = threshold(1.0, "count", "Deadlocks a day from which they are reported.")
    per_day_high: float = threshold(100.0, "count", "Deadlocks a day from which it is severe.")


@check(needs=(ServerStatus,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def innodb_deadlocks(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Transactions that InnoDB rolled back because of deadlocks, on the whole server.

    Risk: users see error 1213, and what the transaction did is lost unless the application does it again.
    Evidence: InnoDB's metric lock_deadlocks over the window; MySQL counts them for the server, not by database.
    Remedy: lock rows in the same order everywhere, in shorter transactions, through an index (a scan locks each row that it passes); with
        innodb_print_all_deadlocks = ON the error log names the statements (logs/deadlocks).
    False positives: an application that tries again at once may live with some.
    """
    section = context.window.need(ServerStatus)
    count = section.count("lock_deadlocks")
    days = max(section.period.seconds / 86400, 1 / 24)
    if not count or count / days < context.thresholds.per_day:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH if count / days >= context.thresholds.per_day_high else Severity.MEDIUM,
        f"{count:,.0f} transactions were ended by deadlocks in {section.period.seconds / 3600:.1f} h.",
        Evidence("deadlocks", int(count), "count", "information_schema.innodb_metrics: lock_deadlocks"),
        Evidence("window", round(section.period.seconds), "seconds", "the window, or the server's start"),
    )
