"""`security/unused_row_security_bypass`: reads Roles, Privileges, Statements, Schema, Settings; says who has BYPASSRLS and no use for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.roles import Privileges, Roles
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.queries.weighty import names_of
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.duties import duties_of
from tunewright_analyzers.security.usage import days_counted, judged, statements_of, uncounted
from tunewright_analyzers.sql.identifiers import quoted


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(30.0, "days", "Days that statements must have been counted.")


@check(needs=(Roles, Privileges, Statements, Schema, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def unused_row_security_bypass(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles that row security does not hold back, and that never touch a table that has it.

    Risk: the day that a tenant's rows are guarded by policies, this role sees them all.
    Evidence: the role's own statements since pg_stat_statements was reset, against the tables with row security.
    Remedy: ALTER ROLE … NOBYPASSRLS.
    False positives: pg_dump of a guarded table, more seldom than statements are counted; views and functions over a guarded table.
    """
    window = context.window
    reason = uncounted(window, context.thresholds.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    ran, names = statements_of(window), names_of(window)
    guarded = {one.table for one in window.need(Privileges).guarded}
    for role in judged(window.need(Roles)):
        if not role.bypasses_row_security or role.is_superuser or role.name not in ran:
            continue
        duties = duties_of(ran[role.name], names)
        if duties.unknown is not None or duties.others or duties.touched & guarded:
            continue
        found = context.finding(
            Subject("role", role.name),
            Severity.LOW,
            f"Role {role.name} has BYPASSRLS, and none of its {duties.statements} statements of {days_counted(window):.0f} days touched one of "
            f"the {len(guarded)} tables with row security.",
            Evidence("statements", duties.statements, "count", "pg_stat_statements"),
            Evidence("tables with row security", len(guarded), "count", "pg_class.relrowsecurity"),
            Evidence("counted for", round(days_counted(window), 1), "days", "pg_stat_statements_info.stats_reset"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER ROLE {quoted(role.name)} NOBYPASSRLS;",),
            risk="A dump or report of guarded tables as this role shows only its own rows from then on.",
            rollback=(f"ALTER ROLE {quoted(role.name)} BYPASSRLS;",),
        )
