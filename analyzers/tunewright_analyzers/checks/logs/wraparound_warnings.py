"""`logs/wraparound_warnings`: reads LogEvents; the server warns that transaction ids run out."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,), engines=POSTGRESQL)
def wraparound_warnings(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """The server warns that transaction ids run out.

    Risk: at the end it refuses every write until a table is vacuumed.
    Evidence: warnings that a database must be vacuumed, or that the oldest transaction is far in the past.
    Remedy: end what holds the horizon (maintenance/horizon_held_back names it), then VACUUM (FREEZE) the oldest tables as superuser.
    False positives: none known.
    """
    section = context.window.need(LogEvents)
    rows = section.of("wraparound")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.CRITICAL,
        f"The server warned {total(rows)} times that transaction ids run out.",
        *told(section, rows),
    )
