"""`logs/connections_lost`: reads LogEvents; clients that went away without a word, or spoke no protocol."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour, told, total


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many events on it is told."""

    per_hour: float = threshold(20.0, "count", "Lost connections an hour from which it is told.")


@check(needs=(LogEvents,), thresholds=Thresholds)
def connections_lost(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Clients that went away without a word, or spoke no protocol.

    Risk: open transactions of lost clients are rolled back, and their work is done again; a stream of odd packets may be a scan.
    Evidence: messages of lost and garbled connections an hour; of MySQL and MariaDB `Aborted connection`.
    Remedy: let clients close their connections; look at load balancers and firewalls that cut idle connections (tcp_keepalives_idle, wait_timeout),
    at applications that are killed, and at who reaches the port.
    False positives: health checks that open a connection and close it without a word.
    """
    section = context.window.need(LogEvents)
    rows = section.of("connection", "lost", "lost_in_transaction", "protocol_fault", "tls_failed")
    if not rows or per_hour(section, total(rows)) < context.thresholds.per_hour:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.LOW,
        f"{total(rows)} connections ended without a word or began with none that we know.",
        *told(section, rows),
    )
