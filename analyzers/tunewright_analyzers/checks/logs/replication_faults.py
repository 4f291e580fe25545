"""`logs/replication_faults`: reads LogEvents; wAL that a standby or the archive lost."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,), engines=POSTGRESQL)
def replication_faults(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """WAL that a standby or the archive lost.

    Risk: a standby that asks for removed WAL must be built anew; an archive with a hole cannot be restored past it.
    Evidence: messages of removed WAL, failed archive commands and invalidated slots.
    Remedy: give each standby a slot, raise wal_keep_size or max_slot_wal_keep_size, mend archive_command.
    False positives: a standby that was taken away on purpose.
    """
    section = context.window.need(LogEvents)
    rows = section.of("replication", "wal_removed", "archive_failed", "slot_invalidated")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"A standby or the archive lost WAL: {total(rows)} messages.",
        *told(section, rows),
    )
