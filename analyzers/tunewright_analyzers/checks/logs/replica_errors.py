"""`logs/replica_errors`: reads LogEvents; errors of a replica's two threads, also those that are over."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,), engines=MYSQL_FAMILY)
def replica_errors(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Errors of a replica's two threads, also those that are over.

    Risk: a change that failed on the replica and was skipped leaves the two different, and nobody sees it afterwards; one that is tried
        again and again holds the replica back.
    Evidence: messages of the threads that fetch and apply, with the number of the error (the message itself quotes rows).
    Remedy: read them in the error log; find out whether something was skipped (sql_replica_skip_counter, replica_skip_errors, an empty
        transaction in its place), and compare the tables concerned (pt-table-checksum). Make the replica read only.
    False positives: a source that was restarted gives a few errors of fetching; deadlocks while applying are tried again by the replica.
    """
    section = context.window.need(LogEvents)
    rows = section.of("replication", "apply_failed", "fetch_failed")
    if not rows:
        return
    applies = any(row.kind == "apply_failed" for row in rows)
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH if applies else Severity.LOW,
        f"The replica failed {total(rows)} times to {'apply changes' if applies else 'fetch from its source'}.",
        *told(section, rows),
    )
