"""`logs/crashed`: reads LogEvents; crashes of the server, and the recoveries that followed."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def crashed(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Crashes of the server, and the recoveries that followed.

    Risk: every crash cuts all sessions off, and the server is away until recovery ends.
    Evidence: messages of processes ended by a signal, PANIC, failed assertions, and of recovery at start; of MySQL and MariaDB also
        a start after which no shutdown was told before the next one.
    Remedy: look at the messages before the crash, at the kernel log, and update to the latest minor release; extensions and
        plugins in C are suspects.
    False positives: a machine that was switched off, or kill -9 of the server by hand.
    """
    section = context.window.need(LogEvents)
    rows = section.of("server", "process_crashed", "panic", "crash_recovery", "killed")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"The server crashed or recovered from a crash: {total(rows)} messages.",
        *told(section, rows),
    )
