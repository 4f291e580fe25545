"""`logs/corruption`: reads LogEvents; data on the disk that the server could not make sense of."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def corruption(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Data on the disk that the server could not make sense of.

    Risk: rows are lost or wrong, and every backup taken since holds the damage.
    Evidence: messages of failed checksums, invalid pages, missing TOAST chunks, and SQLSTATE XX001 or XX002; of MySQL and MariaDB
        corrupted pages and indexes of InnoDB, tables marked as crashed.
    Remedy: stop writing to what is damaged, copy the data directory, look for the cause (storage, memory, a missing fsync), restore the
    relation; amcheck (of MySQL CHECK TABLE) tells which. InnoDB starts with innodb_force_recovery, to dump what is left.
    False positives: a broken index of an upgraded collation is mended by REINDEX and lost nothing; a table of MyISAM is marked after every
        crash, and REPAIR TABLE may mend it.
    """
    section = context.window.need(LogEvents)
    rows = section.of("corruption")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.CRITICAL,
        f"The log tells of damaged data {total(rows)} times.",
        *told(section, rows),
    )
