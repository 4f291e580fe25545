"""`logs/disk_faults`: reads LogEvents; writes or reads that the disk refused."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def disk_faults(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Writes or reads that the disk refused.

    Risk: a full disk ends transactions and, where WAL cannot be written, the server; an I/O error may be the first of many.
    Evidence: SQLSTATE 53100 and 58030, and the messages No space left on device, Input/output error, and InnoDB's of the operating
        system's errors.
    Remedy: make room (old WAL kept by slots or a failing archiver, binary logs, temporary files, logs) or grow the volume; replace a disk that errs.
    False positives: a temporary file that reached temp_file_limit is none of these; a tablespace of its own may be full on purpose.
    """
    section = context.window.need(LogEvents)
    rows = section.of("disk")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.CRITICAL,
        f"The disk refused {total(rows)} writes or reads.",
        *told(section, rows),
    )
