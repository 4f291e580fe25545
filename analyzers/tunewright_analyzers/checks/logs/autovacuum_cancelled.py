"""`logs/autovacuum_cancelled`: reads LogEvents; says which tables' vacuums are cut off by locks again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many on it is told."""

    per_day: float = threshold(5.0, "count", "Cancelled runs of one table a day from which it is told.")


@check(needs=(LogEvents,), engines=POSTGRESQL, thresholds=Thresholds)
def autovacuum_cancelled(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables whose autovacuum is cancelled by somebody's lock, or skipped for it, again and again.

    Risk: the work is thrown away each time; dead rows pile up and transaction ids are not frozen.
    Evidence: messages `canceling autovacuum task` and `skipping vacuum`, by table.
    Remedy: find who takes a lock above ROW EXCLUSIVE on the table so often (LOCK TABLE, TRUNCATE, DDL, CREATE TRIGGER in a job); until it
    ends, vacuum by hand in a quiet hour: a manual VACUUM does not give way.
    False positives: a queue table that is truncated every few minutes needs no vacuum.
    """
    section = context.window.need(LogEvents)
    days = max(section.period.seconds / 86400, 1.0)
    rows = section.of("autovacuum", "cancelled", "skipped_locked")
    for name in sorted({row.subject for row in rows if row.subject}):
        mine = tuple(row for row in rows if row.subject == name)
        if total(mine) / days < context.thresholds.per_day:
            continue
        database, dot, table = name.partition(".")
        subject = Subject("table", table, database) if dot and "." in table else Subject("table", name)
        summary = f"The autovacuum of {subject.name} was cancelled or skipped for a lock {total(mine)} times."
        yield context.finding(subject, Severity.MEDIUM, summary, *told(section, mine))
