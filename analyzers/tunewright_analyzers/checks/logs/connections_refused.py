"""`logs/connections_refused`: reads LogEvents; connections that were refused because there were too many."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def connections_refused(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Connections that were refused because there were too many.

    Risk: users are turned away while the server may be nearly idle.
    Evidence: messages with SQLSTATE 53300; of MySQL and MariaDB `Too many connections`.
    Remedy: put a pooler between the application and the server, or end idle sessions; raise max_connections only as far as memory allows.
    False positives: a limit of one role or database, set on purpose to bound it, says the same.
    """
    section = context.window.need(LogEvents)
    rows = section.of("connection", "too_many")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"{total(rows)} connections were refused: there were too many.",
        *told(section, rows),
    )
