"""`logs/semaphore_waits`: reads LogEvents; threads within InnoDB that waited for minutes for each other."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,), engines=MYSQL_FAMILY)
def semaphore_waits(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Threads within InnoDB that waited for minutes for each other.

    Risk: everybody who needs the same page or dictionary stands; after innodb_fatal_semaphore_wait_threshold (600 s) the server ends
        itself.
    Evidence: `A long semaphore wait` of MySQL (from 240 s on), `Long wait (… seconds)` of MariaDB.
    Remedy: look at the disk first (a write that does not come back is the usual cause), then at the monitor's output in the log: which
        line of the source waits names the part (the adaptive hash index: switch it off). Update to the latest minor release.
    False positives: a virtual machine that was paused, or a snapshot of its disk.
    """
    section = context.window.need(LogEvents)
    rows = section.of("server", "semaphore_wait")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"Threads of InnoDB waited minutes for a latch: {total(rows)} messages.",
        *told(section, rows),
    )
