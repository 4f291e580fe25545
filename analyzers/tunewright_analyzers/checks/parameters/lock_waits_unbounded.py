"""`parameters/lock_waits_unbounded`: reads ActiveSessions, Statements, Settings; says whose DDL waits for locks with everyone queued behind it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import for_role, override_of

WANTED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long is too long."""

    seconds_min: float = threshold(
        10, "seconds", "Time that the role's utility statements were seen waiting for a lock."
    )


@check(needs=(ActiveSessions, Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def lock_waits_unbounded(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles whose DDL was seen waiting for a lock, without a lock_timeout.

    Risk: while ALTER TABLE waits behind a long SELECT, every later statement on the table waits behind the ALTER.
    Evidence: samples in which a utility statement of the role waited for a lock; lock_timeout of server and role.
    Remedy: lock_timeout of 5 s for the role that runs DDL, and try again; see `tunewright preflight`.
    False positives: jobs that take explicit locks on purpose and wait for them.
    """
    load, settings = context.window.need(ActiveSessions), context.window.need(Settings)
    if settings.number("lock_timeout") > 0:
        return
    utility = {row.id for row in context.window.need(Statements).rows if row.kind == "utility"}
    waits: Counter[str] = Counter()
    for row in load.rows:
        if row.wait_type == "Lock" and row.statement_id in utility and row.user is not None:
            waits[row.user] += row.samples
    for role, samples in sorted(waits.items()):
        seconds = samples * load.interval_seconds
        if seconds < context.thresholds.seconds_min or override_of(settings, role, "lock_timeout"):
            continue
        found = context.finding(
            Subject("role", role),
            Severity.LOW,
            f"Utility statements of role {role} waited {seconds:,.0f} s for locks, and had no lock_timeout: all who came later waited with them.",
            Evidence("seconds seen waiting", seconds, "seconds", "samples of pg_stat_activity, wait type Lock"),
            Evidence("lock_timeout", 0, "seconds", "pg_settings, 0 = never"),
        )
        yield found
        yield from context.parameters(
            found,
            for_role(
                settings, role, "lock_timeout", WANTED_SECONDS, effect="a statement that cannot get its lock gives up"
            ),
            risk="Statements of this role that wait longer for a lock fail and must be tried again.",
        )
