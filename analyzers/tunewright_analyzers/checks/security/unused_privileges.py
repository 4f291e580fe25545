"""`security/unused_privileges`: reads Roles, Statements and Settings; says who may make databases or roles and never does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.roles import Role, Roles
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.usage import days_counted, judged, statements_of, uncounted
from tunewright_analyzers.sql.identifiers import quoted

_USES = {
    "CREATEDB": re.compile(r"\s*(?:CREATE|ALTER|DROP)\s+DATABASE\b", re.IGNORECASE),
    "CREATEROLE": re.compile(
        r"\s*(?:(?:CREATE|ALTER|DROP)\s+(?:ROLE|USER|GROUP)|GRANT|REVOKE|COMMENT|SECURITY)\b", re.IGNORECASE
    ),
}
"""What needs the attribute, or may: GRANT and REVOKE of a role cannot be told from those of a table where names are placeholders."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(30.0, "days", "Days that statements must have been counted.")


def _had(role: Role) -> tuple[str, ...]:
    return tuple(
        name for name, has in (("CREATEDB", role.creates_databases), ("CREATEROLE", role.creates_roles)) if has
    )


def _unused(role: Role, rows: Sequence[Statement]) -> tuple[str, ...]:
    """Attributes for which none of its statements has use; none where a text is missing, for it might."""
    texts = [row.text for row in rows]
    if None in texts:
        return ()
    return tuple(name for name in _had(role) if not any(_USES[name].match(text) for text in texts if text is not None))


@check(needs=(Roles, Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def unused_privileges(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles that may make databases or roles, work all the time, and make none.

    Risk: what an application may do, an injection into it may do: CREATEROLE makes itself accounts that outlive the mended leak.
    Evidence: pg_roles; the role's own statements in pg_stat_statements since its reset (nothing forgotten since, utility statements counted).
        SUPERUSER, REPLICATION, BYPASSRLS and grants of tables are judged by checks of their own (security/unused_…); no statistics tell whether a
        membership was of use.
    Remedy: ALTER ROLE … NOCREATEDB NOCREATEROLE.
    False positives: deployments that make databases or roles less often than statements are counted; statements inside functions.
    """
    window, limits = context.window, context.thresholds
    reason = uncounted(window, limits.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    ran, days = statements_of(window), days_counted(window)
    for role in judged(window.need(Roles)):
        rows = ran.get(role.name, [])
        unused = _unused(role, rows) if rows and not role.is_superuser else ()
        if not unused:
            continue
        found = context.finding(
            Subject("role", role.name),
            Severity.LOW,
            f"Role {role.name} has {' and '.join(unused)}, and none of its {len(rows)} different statements of {days:.0f} days needed it.",
            Evidence("attributes", ", ".join(unused), "", "pg_roles"),
            Evidence("statements", len(rows), "count", "pg_stat_statements"),
            Evidence("counted for", round(days, 1), "days", "pg_stat_statements_info.stats_reset"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER ROLE {quoted(role.name)} {' '.join(f'NO{name}' for name in unused)};",),
            risk="A deployment that comes as this role and makes databases or roles fails from then on.",
            rollback=(f"ALTER ROLE {quoted(role.name)} {' '.join(unused)};",),
        )
