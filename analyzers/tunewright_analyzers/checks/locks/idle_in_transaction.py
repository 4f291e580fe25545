"""`locks/idle_in_transaction`: reads Sessions and Settings; says who leaves transactions open without working."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import for_role


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    seconds_min: float = threshold(60, "seconds", "Idle within a transaction for at least this long.")
    seconds_high: float = threshold(1800, "seconds", "From this time on it is severe.")


@check(needs=(Sessions, Settings), thresholds=Thresholds)
def idle_in_transaction(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Sessions that are idle within an open transaction.

    Risk: they keep their locks, keep vacuum from removing dead rows, and occupy a connection (and a pooler's server) for nothing.
    Evidence: pg_stat_activity.state and state_change; idle_in_transaction_session_timeout.
    Remedy: commit sooner in the application; a timeout on the role ends what is forgotten.
    False positives: a person in a psql session who is thinking; a two-phase job that waits on purpose.
    """
    sessions = context.window.need(Sessions)
    timeout = context.window.need(Settings).number("idle_in_transaction_session_timeout")
    worst: dict[tuple[str | None, str, str | None], tuple[float, Session]] = {}
    for session in sessions.rows:
        if session.own or not (session.state or "").startswith("idle in transaction") or session.state_change is None:
            continue
        seconds = (sessions.taken_at - session.state_change).total_seconds()
        owner = (session.user, session.application, session.database)
        if seconds >= context.thresholds.seconds_min and seconds > worst.get(owner, (0.0, session))[0]:
            worst[owner] = (seconds, session)
    for seconds, session in worst.values():
        found = context.finding(
            Subject(
                "session",
                f"of {session.user or 'unknown'} ({session.application or session.backend_type})",
                session.database,
            ),
            Severity.HIGH if seconds >= context.thresholds.seconds_high else Severity.MEDIUM,
            f"A session of {session.user} ({session.application or 'no application name'}) is {session.state} for {seconds:,.0f} s.",
            Evidence("idle for", round(seconds), "seconds", "pg_stat_activity.state_change"),
            Evidence("pid", session.pid, "", "pg_stat_activity"),
            Evidence("last statement", session.statement or "hidden", "", "pg_stat_activity.query, redacted"),
            Evidence("idle_in_transaction_session_timeout", timeout, "seconds", "pg_settings, 0 = never"),
        )
        yield found
        if context.window.latest.engine is not Engine.POSTGRESQL:
            continue  # MySQL has no such timeout; MariaDB's holds for all sessions alike
        if timeout == 0 or context.window.latest.flavour is not Flavour.SELF_MANAGED:
            yield from context.parameters(
                found,
                for_role(
                    context.window.need(Settings),
                    session.user or "the_role",
                    "idle_in_transaction_session_timeout",
                    300.0,
                    effect="what is forgotten is ended",
                ),
                risk="Sessions of this role that stay idle longer within a transaction are ended and their transaction rolled back.",
                caution="Set it above the longest legitimate pause of this role; it holds for new sessions.",
            )
