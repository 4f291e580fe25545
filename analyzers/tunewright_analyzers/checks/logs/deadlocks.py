"""`logs/deadlocks`: reads LogEvents; names the statements that deadlock with each other."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import Deadlock, LogEvent, LogEvents, Waiter
from tunewright_analyzers.finding import Evidence, Severity, Subject

_SOURCE = "the server's log"
_LONGEST = 300


def _name(waiter: Waiter) -> str:
    return waiter.statement_id or "unknown"


def _told(waiter: Waiter) -> str:
    return f"waits for {waiter.mode} on {waiter.locked}: {waiter.statement[:_LONGEST] or 'its statement is not in the log'}"


@check(needs=(LogEvents,))
def deadlocks(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Statements that deadlock with each other, by name.

    Risk: one of the transactions is rolled back each time, after everybody in the circle waited (in PostgreSQL for deadlock_timeout).
    Evidence: the DETAIL of `deadlock detected`: who waited for which lock, and what each ran; of MySQL and MariaDB the dump that
        innodb_print_all_deadlocks = ON writes (MySQL with log_error_verbosity = 3). All are counted, also where the particulars of the
        newest fifty only are kept.
    Remedy: take the locks in one order everywhere: sort the keys before a loop of updates, lock the parent row first (SELECT … FOR UPDATE
    ORDER BY its key), and keep the transaction short. Where both run the same statement, its rows are visited in different orders.
    False positives: a circle of more than two may show the statements that waited, not those that took the first locks; of
        MySQL each is the last statement of its transaction.
    """
    section = context.window.need(LogEvents)
    newest = {(one.database, one.statements): one for one in section.deadlocks}
    for row in sorted(section.of("lock", "deadlock"), key=lambda row: (row.database or "", row.subject)):
        if row.subject:
            yield _verdict(context, row, newest.get((row.database, row.subject)))


def _verdict(context: Context[NoThresholds], row: LogEvent, newest: Deadlock | None) -> Verdict:
    waiters = {_name(waiter): waiter for waiter in newest.waiters} if newest is not None else {}
    how = "with each other" if " and " in row.subject else "with itself"
    last_at = newest.at if newest is not None else row.last_at
    return context.finding(
        Subject("statement", row.subject, row.database),
        Severity.MEDIUM if row.count > 1 else Severity.LOW,
        f"Statement {row.subject} deadlocked {how} {row.count} times.",
        Evidence("deadlocks", row.count, "count", _SOURCE),
        *(Evidence(f"statement {name}", _told(waiter), "", _SOURCE) for name, waiter in sorted(waiters.items())),
        *((Evidence("last seen", last_at.isoformat(timespec="seconds"), "", _SOURCE),) if last_at is not None else ()),
    )
