"""`logs/deadlocks`: reads LogEvents; names the statements that deadlock with each other."""

from collections import defaultdict
from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import Deadlock, LogEvents, Waiter
from tunewright_analyzers.finding import Evidence, Severity, Subject

_SOURCE = "the server's log"
_LONGEST = 300


def _name(waiter: Waiter) -> str:
    return waiter.statement_id or "unknown"


def _told(waiter: Waiter) -> str:
    return f"waits for {waiter.mode} on {waiter.locked}: {waiter.statement[:_LONGEST] or 'its statement is not in the log'}"


@check(needs=(LogEvents,), engines=POSTGRESQL)
def deadlocks(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Statements that deadlock with each other, by name.

    Risk: one of the transactions is rolled back each time, after everybody in the circle waited for deadlock_timeout.
    Evidence: the DETAIL of `deadlock detected`: who waited for which lock, and what each ran.
    Remedy: take the locks in one order everywhere: sort the keys before a loop of updates, lock the parent row first (SELECT … FOR UPDATE
    ORDER BY its key), and keep the transaction short. Where both run the same statement, its rows are visited in different orders.
    False positives: a circle of more than two may show the statements that waited, not those that took the first locks.
    """
    section = context.window.need(LogEvents)
    groups: dict[tuple[str | None, tuple[str, ...]], list[Deadlock]] = defaultdict(list)
    for one in section.deadlocks:
        if one.at >= context.window.start:
            groups[(one.database, tuple(sorted({_name(waiter) for waiter in one.waiters})))].append(one)
    for (database, names), group in sorted(groups.items(), key=lambda item: str(item[0])):
        waiters = {_name(waiter): waiter for waiter in group[-1].waiters}
        how = "with itself" if len(names) == 1 else "with each other"
        yield context.finding(
            Subject("statement", " and ".join(names), database),
            Severity.MEDIUM if len(group) > 1 else Severity.LOW,
            f"Statement {' and '.join(names)} deadlocked {how} {len(group)} times.",
            Evidence("deadlocks", len(group), "count", _SOURCE),
            *(Evidence(f"statement {name}", _told(waiters[name]), "", _SOURCE) for name in names if name in waiters),
            Evidence("last seen", group[-1].at.isoformat(timespec="seconds"), "", _SOURCE),
        )
