"""`logs/page_cleaner_late`: reads LogEvents; the thread that writes changed pages out needs seconds for what should take one."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour, told, total


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many messages on it is told."""

    per_hour: float = threshold(
        1.0, "count", "Messages an hour from which it is told; the server itself tells ever fewer of many."
    )


@check(needs=(LogEvents,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def page_cleaner_late(context: Context[Thresholds]) -> Iterator[Verdict]:
    """The thread that writes changed pages out needs more than 4 s for its second's work.

    Risk: changed pages pile up; when the redo log or the pool is full of them every writer waits.
    Evidence: `Page cleaner took … ms` (MySQL 8), `page_cleaner: 1000ms intended loop took … ms` (5.7, MariaDB up to 10.4; later releases of
        MariaDB do not tell).
    Remedy: find out whether the disk is slow (its latency at those times) or asked too much: innodb_io_capacity_max above what it can do
        makes each round too long, a small redo log makes it hasty; innodb_lru_scan_depth bounds the work on each instance of the pool.
    False positives: a bulk load, a paused virtual machine, a snapshot of the volume.
    """
    section = context.window.need(LogEvents)
    rows = section.of("flushing", "page_cleaner_late")
    if not rows or per_hour(section, total(rows)) < context.thresholds.per_hour:
        return
    seconds = sum(row.seconds for row in rows)
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.MEDIUM,
        f"Writing changed pages out took {seconds / total(rows):.1f} s instead of one, {total(rows)} times.",
        Evidence("time of these rounds", round(seconds, 3), "seconds", "the server's log"),
        *told(section, rows),
    )
