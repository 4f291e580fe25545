"""`queries/long_transaction`: reads Sessions; says whose transactions are open for long while they work."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is long."""

    seconds_min: float = threshold(1800, "seconds", "Age of a transaction from which it is told.")
    seconds_high: float = threshold(21600, "seconds", "From this age on it is medium.")


@check(needs=(Sessions,), engines=POSTGRESQL, thresholds=Thresholds)
def long_transaction(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Transactions at work that have been open for long.

    Risk: vacuum may remove nothing that died since they began, their locks stay, and where they fail all is done again.
    Evidence: xact_start and query_start in pg_stat_activity. Those that are idle are told by locks/idle_in_transaction.
    Remedy: commit in batches; read reports from a standby or in several statements; COPY and index builds need their time.
    False positives: a backup (pg_dump), a CREATE INDEX, a night's report.
    """
    sessions, limits = context.window.need(Sessions), context.thresholds
    worst: dict[tuple[str | None, str, str | None], tuple[float, Session]] = {}
    for one in sessions.rows:
        if one.own or one.backend_type != "client backend" or one.state != "active" or one.transaction_start is None:
            continue
        age, owner = (
            (sessions.taken_at - one.transaction_start).total_seconds(),
            (one.user, one.application, one.database),
        )
        if age >= limits.seconds_min and age > worst.get(owner, (0.0, one))[0]:
            worst[owner] = (age, one)
    for age, one in worst.values():
        running = (sessions.taken_at - one.statement_start).total_seconds() if one.statement_start is not None else 0.0
        yield context.finding(
            Subject("session", f"of {one.user or 'unknown'} ({one.application or one.backend_type})", one.database),
            Severity.MEDIUM if age >= limits.seconds_high else Severity.LOW,
            f"A transaction of {one.user} ({one.application or 'no application name'}) has been open for {age / 60:.0f} min; "
            f"its present statement runs for {running / 60:.0f} min.",
            Evidence("transaction age", round(age), "seconds", "pg_stat_activity.xact_start"),
            Evidence("statement age", round(running), "seconds", "pg_stat_activity.query_start"),
            Evidence("pid", one.pid, "", "pg_stat_activity"),
            Evidence("statement", one.statement or "hidden", "", "pg_stat_activity.query, redacted"),
        )
