"""`logs/corruption`: reads LogEvents; data on the disk that the server could not make sense of."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,), engines=POSTGRESQL)
def corruption(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Data on the disk that the server could not make sense of.

    Risk: rows are lost or wrong, and every backup taken since holds the damage.
    Evidence: messages of failed checksums, invalid pages, missing TOAST chunks, and SQLSTATE XX001 or XX002.
    Remedy: stop writing to what is damaged, copy the data directory, look for the cause (storage, memory, a missing fsync), restore the
    relation; amcheck tells which.
    False positives: a broken index of an upgraded collation is mended by REINDEX and lost nothing.
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
