"""`logs/authentication_failures`: reads LogEvents; logins that the server refused."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour, told, total


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many events on it is told."""

    per_hour: float = threshold(10.0, "count", "Refused logins an hour from which it is told.")


@check(needs=(LogEvents,), thresholds=Thresholds)
def authentication_failures(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Logins that the server refused.

    Risk: somebody guesses passwords, or an application has an old one and is down.
    Evidence: SQLSTATE 28P01 and 28000 an hour; of MySQL `Access denied for user` in the error log.
    Remedy: find where they come from (log_connections; MySQL names the host in each message), close the port to others, rotate what may be
        known; mend the application.
    False positives: a deployment with an old password. MySQL writes refused logins only with log_error_verbosity = 3.
    """
    section = context.window.need(LogEvents)
    rows = section.of("authentication")
    if not rows or per_hour(section, total(rows)) < context.thresholds.per_hour:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.MEDIUM,
        f"{total(rows)} logins were refused.",
        *told(section, rows),
    )
