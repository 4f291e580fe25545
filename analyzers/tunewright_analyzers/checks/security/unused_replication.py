"""`security/unused_replication`: reads Roles, Replication, Statements; says which roles of applications may replicate and do not."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.usage import days_counted, judged, statements_of, unfit
from tunewright_analyzers.sql.identifiers import quoted


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(30.0, "days", "Days that statements must have been counted.")


@check(needs=(Roles, Replication, Statements), engines=POSTGRESQL, thresholds=Thresholds)
def unused_replication(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles with REPLICATION that run statements like an application, on a server that nothing replicates from as them.

    Risk: REPLICATION copies the whole cluster (pg_basebackup), every database and every password's hash, whatever the role may read.
    Evidence: statements of the role in pg_stat_statements; no stream of it in pg_stat_replication now, and no replication slot on the server.
    Remedy: ALTER ROLE … NOREPLICATION.
    False positives: base backups that come now and then as this role: they leave no trace in the statistics. Where slots exist, whose they are is
        not known, so nobody is told.
    """
    window = context.window
    reason = unfit(window, context.thresholds.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    replication, ran = window.need(Replication), statements_of(window)
    if replication.slots:
        return
    streaming = {one.user for one in replication.replicas}
    for role in judged(window.need(Roles)):
        if not role.replicates or role.is_superuser or role.name in streaming or role.name not in ran:
            continue
        count = len(ran[role.name])
        found = context.finding(
            Subject("role", role.name),
            Severity.LOW,
            f"Role {role.name} has REPLICATION, runs {count} different statements like an application, and nothing replicates as it.",
            Evidence("statements", count, "count", "pg_stat_statements"),
            Evidence("streams of the role", 0, "count", "pg_stat_replication"),
            Evidence("slots", 0, "count", "pg_replication_slots"),
            Evidence("counted for", round(days_counted(window), 1), "days", "pg_stat_statements_info.stats_reset"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER ROLE {quoted(role.name)} NOREPLICATION;",),
            risk="A base backup or standby that comes as this role is refused from then on.",
            rollback=(f"ALTER ROLE {quoted(role.name)} REPLICATION;",),
        )
