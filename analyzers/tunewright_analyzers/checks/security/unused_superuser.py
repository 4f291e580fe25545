"""`security/unused_superuser`: reads Roles, Privileges, Statements, Schema, Settings; says which superusers do nothing that only superusers may."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.roles import Privileges, Role, Roles
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.queries.weighty import names_of
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.duties import Duties, duties_of
from tunewright_analyzers.security.usage import days_counted, judged, statements_of, uncounted
from tunewright_analyzers.sql.identifiers import qualified, quoted

_MAY_NEED = ("pg_", "lo_", "dblink", "txid_", "current_setting", "set_config", "aws_", "crosstab")
"""How functions begin of which some are a superuser's, or run others' text."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(30.0, "days", "Days that statements must have been counted.")


def _needs(duties: Duties, window_settings: Settings, privileges: Privileges) -> bool:
    """Whether any of its statements may need a superuser. In doubt it does."""
    if duties.unknown is not None or duties.others or duties.uses_files or duties.catalogues:
        return True
    if any(name.startswith(_MAY_NEED) for name in duties.functions):
        return True
    for name in duties.sets:
        setting = window_settings.get(name)
        if name in {"role", "session_authorization"} or (setting is not None and setting.context != "user"):
            return True
    return any(one.table in duties.touched for one in privileges.guarded)


def _grants(role: str, duties: Duties, database: str) -> Iterator[str]:
    """What it needs instead, in one database."""
    who = quoted(role)
    tables = {one for one in duties.touched if one.database == database}
    for schema in sorted({one.schema for one in tables}):
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {who};"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {quoted(schema)} TO {who};"
    for privileges, some in (
        ("SELECT", duties.reads - duties.writes),
        ("SELECT, INSERT, UPDATE, DELETE", duties.writes),
    ):
        listed = ", ".join(qualified(one) for one in sorted(some & tables, key=_order))
        if listed:
            yield f"GRANT {privileges} ON {listed} TO {who};"


def _order(name: RelationName) -> tuple[str, str]:
    return (name.schema, name.name)


@check(needs=(Roles, Privileges, Statements, Schema, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def unused_superuser(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Superusers that work all the time and do nothing that needs one.

    Risk: an injection into the application reads every file of the server, runs programs on its machine, and no grant holds it back.
    Evidence: all statements that the role ran since pg_stat_statements was reset: queries and writes of tables without row security, transactions
        and plain settings only. One DDL statement, function or catalogue that a superuser may be needed for, and the role is not told.
    Remedy: GRANT of what its statements use, then ALTER ROLE … NOSUPERUSER.
    False positives: deployments and repairs that come less often than statements are counted; what functions and triggers do with its rights;
        tables that it owns need no grant.
    """
    window, settings = context.window, context.window.need(Settings)
    reason = uncounted(window, context.thresholds.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    ran, names, privileges = statements_of(window), names_of(window), window.need(Privileges)
    for role in judged(window.need(Roles)):
        if not role.is_superuser or role.name not in ran:
            continue
        duties = duties_of(ran[role.name], names)
        if not _needs(duties, settings, privileges):
            yield from _told(context, role, duties)


def _told(context: Context[Thresholds], role: Role, duties: Duties) -> Iterator[Verdict]:
    days = days_counted(context.window)
    found = context.finding(
        Subject("role", role.name),
        Severity.LOW,
        f"Role {role.name} is a superuser, and none of its {duties.statements} different statements of {days:.0f} days needed that: it reads "
        f"{len(duties.reads - duties.writes)} tables and writes {len(duties.writes)}.",
        Evidence("statements", duties.statements, "count", "pg_stat_statements"),
        Evidence("tables written", len(duties.writes), "count", "the statements' texts"),
        Evidence("tables read", len(duties.reads - duties.writes), "count", "the statements' texts"),
        Evidence("counted for", round(days, 1), "days", "pg_stat_statements_info.stats_reset"),
    )
    yield found
    databases = sorted({one.database for one in duties.touched})
    if len(databases) > 1:
        return  # GRANT holds in one database: the finding says what is used, the statements would mislead
    grants = tuple(text for database in databases for text in _grants(role.name, duties, database))
    yield context.recommendation(
        found,
        Action.OTHER,
        (*grants, f"ALTER ROLE {quoted(role.name)} NOSUPERUSER;"),
        risk="What it does more seldom than statements were counted, or through functions, may fail from then on.",
        rollback=(f"ALTER ROLE {quoted(role.name)} SUPERUSER;",),
    )
