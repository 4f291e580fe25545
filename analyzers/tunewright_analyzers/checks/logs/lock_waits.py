"""`logs/lock_waits`: reads LogEvents; says which databases' statements wait long for locks."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LockWait, LogEvents
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour, told

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When waits are worth telling."""

    seconds_per_hour: float = threshold(
        60.0, "seconds", "Time waited for locks in an hour, all sessions together, from which it is told."
    )


def _worst(waits: tuple[LockWait, ...]) -> Evidence:
    worst = max(waits, key=lambda wait: wait.seconds)
    said = f"{worst.waiter.statement_id or 'unknown'} for {worst.waiter.mode} on {worst.waiter.locked}: {worst.waiter.statement[:_LONGEST]}"
    return Evidence(f"longest of those remembered, {worst.seconds:.1f} s", said, "", "the server's log")


@check(needs=(LogEvents,), engines=POSTGRESQL, thresholds=Thresholds)
def lock_waits(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements that waited long for a lock, and got it.

    Risk: the time is lost to users, and a queue behind a strong lock stops all who come later.
    Evidence: `acquired … after … ms` of log_lock_waits: only waits beyond deadlock_timeout are logged.
    Remedy: shorten the transactions that hold the locks; locks/blocking_chain names the head of a queue while it lasts.
    False positives: jobs that take turns by an advisory lock wait on purpose.
    """
    section = context.window.need(LogEvents)
    rows = section.of("lock", "acquired")
    for database in sorted({row.database for row in rows}, key=str):
        mine = tuple(row for row in rows if row.database == database)
        seconds = sum(row.seconds for row in mine)
        if per_hour(section, seconds) < context.thresholds.seconds_per_hour:
            continue
        waits = tuple(one for one in section.lock_waits if one.database == database and context.window.holds(one.at))
        where = Subject("database", database) if database else Subject("cluster", context.window.cluster)
        yield context.finding(
            where,
            Severity.MEDIUM,
            f"Statements waited {seconds:.0f} s for locks in {where.name}, in waits longer than deadlock_timeout.",
            Evidence("waited", round(seconds, 3), "seconds", "the server's log"),
            *told(section, mine),
            *((_worst(waits),) if waits else ()),
        )
