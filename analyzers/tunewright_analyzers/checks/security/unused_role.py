"""`security/unused_role`: reads Roles and Statements; says which roles may log in and have not run a statement for a month."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.usage import days_counted, judged, statements_of, unfit
from tunewright_analyzers.sql.identifiers import quoted


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(
        30.0, "days", "Days that statements must have been counted: work of a quarter's end comes late."
    )


@check(needs=(Roles, Statements), engines=POSTGRESQL, thresholds=Thresholds)
def unused_role(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles that may log in and that nobody uses.

    Risk: a key that nobody misses is a key that nobody watches: the account of someone who left, or of a service that was switched off.
    Evidence: no statement of the role in pg_stat_statements since its reset (nothing was forgotten since), and no session of it now.
    Remedy: ALTER ROLE … NOLOGIN, and after a while DROP OWNED, DROP ROLE.
    False positives: roles that come less often than statements are counted; that only change to another role by SET ROLE, whose statements
        then count as the other's; that connect only to standbys. Roles with REPLICATION run no statements and are not judged.
    """
    window, limits = context.window, context.thresholds
    reason = unfit(window, limits.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    roles, ran, days = window.need(Roles), statements_of(window), days_counted(window)
    here = {one.user for one in roles.sessions}
    for role in judged(roles):
        if role.replicates or role.name in ran or role.name in here:
            continue
        found = context.finding(
            Subject("role", role.name),
            Severity.MEDIUM if role.is_superuser else Severity.LOW,
            f"Role {role.name} may log in{' as a superuser' if role.is_superuser else ''} and has run no statement in {days:.0f} days.",
            Evidence("statements", 0, "count", "pg_stat_statements"),
            Evidence("counted for", round(days, 1), "days", "pg_stat_statements_info.stats_reset"),
            Evidence("sessions", 0, "count", "pg_stat_activity"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER ROLE {quoted(role.name)} NOLOGIN;",),
            risk="Whoever does come as this role, rarely or to a standby, is refused.",
            rollback=(f"ALTER ROLE {quoted(role.name)} LOGIN;",),
        )
