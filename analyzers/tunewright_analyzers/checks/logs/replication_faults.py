"""`logs/replication_faults`: reads LogEvents; WAL or binary logs that a standby or the archive lost."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def replication_faults(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """WAL or binary logs that a standby, a replica or the archive lost.

    Risk: a standby that asks for removed WAL, or a replica for a purged binary log, must be built anew; an archive with a hole
        cannot be restored past it.
    Evidence: messages of removed WAL, failed archive commands and invalidated slots; of MySQL and MariaDB fatal error 1236 of the
        thread that fetches.
    Remedy: give each standby a slot, raise wal_keep_size or max_slot_wal_keep_size, mend archive_command; keep binary
        logs for longer than a replica may be away (binlog_expire_logs_seconds; on RDS `binlog retention hours`).
    False positives: a standby that was taken away on purpose; error 1236 also tells of a damaged event, or of a server_id used twice.
    """
    section = context.window.need(LogEvents)
    rows = section.of("replication", "wal_removed", "archive_failed", "slot_invalidated", "binlog_missing")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"A standby, a replica or the archive lost a part of the log: {total(rows)} messages.",
        *told(section, rows),
    )
