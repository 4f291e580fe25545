"""`security/connections_unlogged`: reads Settings; says whether the log tells who came in."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action


@check(needs=(Settings,), engines=POSTGRESQL)
def connections_unlogged(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """log_connections is off.

    Risk: after a break-in nobody can tell who logged in, from where, and by which method.
    Evidence: log_connections in pg_settings (a list of what is told from release 18 on).
    Remedy: log_connections = on; it takes effect for new sessions.
    False positives: a pooler's or proxy's log that tells the same; thousands of short connections a minute, whose lines cost more than they tell.
    """
    settings = context.window.need(Settings)
    if settings.get("log_connections") is None or settings.text("log_connections") not in {"off", ""}:
        return
    found = context.finding(
        Subject("setting", "log_connections"),
        Severity.INFO,
        "log_connections is off: the log does not tell who came in.",
        Evidence("value", settings.text("log_connections") or "(nothing)", "", "pg_settings"),
    )
    yield found
    if context.window.latest.flavour is Flavour.SELF_MANAGED:
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            ("ALTER SYSTEM SET log_connections = 'on';", "SELECT pg_reload_conf();"),
            risk="Two or three lines in the log for each connection.",
            rollback=("ALTER SYSTEM RESET log_connections;", "SELECT pg_reload_conf();"),
        )
