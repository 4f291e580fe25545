"""`logs/statements_cancelled`: reads LogEvents; statements and sessions that a timeout or recovery ended."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour, told, total


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many events on it is told."""

    per_hour: float = threshold(10.0, "count", "Such ends an hour from which it is told.")


@check(needs=(LogEvents,), engines=POSTGRESQL, thresholds=Thresholds)
def statements_cancelled(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements and sessions that a timeout or recovery ended.

    Risk: users see errors; what was done is rolled back and often tried again at once.
    Evidence: messages of cancelled statements an hour, by cause.
    Remedy: make the statement faster (its plan is judged by plans/…), or give long work a role with a longer timeout; on a standby raise
    max_standby_streaming_delay or use hot_standby_feedback.
    False positives: timeouts that are set low on purpose, for searches that may be cut.
    """
    section = context.window.need(LogEvents)
    rows = section.of(
        "cancelled", "statement_timeout", "idle_in_transaction_timeout", "transaction_timeout", "recovery_conflict"
    )
    if not rows or per_hour(section, total(rows)) < context.thresholds.per_hour:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.MEDIUM,
        f"{total(rows)} statements or sessions were ended by a timeout or by recovery.",
        *told(section, rows),
    )
