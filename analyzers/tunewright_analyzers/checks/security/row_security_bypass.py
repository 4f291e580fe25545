"""`security/row_security_bypass`: reads Roles and Privileges; says whom row security does not hold back."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import GuardedTable, Privileges, Roles
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.schema.tables import listed
from tunewright_analyzers.sql.identifiers import qualified


def _owned(context: Context[NoThresholds], one: GuardedTable) -> Iterator[Verdict]:
    found = context.finding(
        Subject("table", str(one.table), one.table.database),
        Severity.LOW,
        f"Row security on {one.table} does not hold for its owner {one.owner}, which has sessions now.",
        Evidence("owner", one.owner, "", "pg_class.relowner"),
        Evidence("forced", False, "", "pg_class.relforcerowsecurity"),
        Evidence("policies", one.policies, "count", "pg_policy"),
    )
    yield found
    yield context.recommendation(
        found,
        Action.ALTER_TABLE,
        (f"ALTER TABLE {qualified(one.table)} FORCE ROW LEVEL SECURITY;",),
        risk="The owner sees only what policies give it from then on: its own jobs, dumps and foreign-key checks of its data too.",
        rollback=(f"ALTER TABLE {qualified(one.table)} NO FORCE ROW LEVEL SECURITY;",),
    )


@check(needs=(Roles, Privileges), engines=POSTGRESQL)
def row_security_bypass(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Row security that its users get around: the application owns the table, or its role has BYPASSRLS.

    Risk: the policies look as if they kept tenants apart, and every statement of the application sees all rows.
    Evidence: pg_class.relrowsecurity and relforcerowsecurity, the owner's sessions in pg_stat_activity, pg_roles.rolbypassrls.
    Remedy: FORCE ROW LEVEL SECURITY, or another owner than the role that the application logs in as; NOBYPASSRLS.
    False positives: a migration job that logs in as owner by design; backup roles, which need BYPASSRLS.
    """
    roles, privileges = context.window.need(Roles), context.window.need(Privileges)
    busy = {one.user for one in roles.sessions if not one.own}
    superusers = {one.name for one in roles.rows if one.is_superuser}
    for table in privileges.guarded:
        if not table.is_forced and table.owner in busy - superusers:
            yield from _owned(context, table)
    if not privileges.guarded:
        return
    tables = listed([str(one.table) for one in privileges.guarded])
    for role in roles.rows:
        if role.bypasses_row_security and role.can_login and not role.is_superuser and role.name in busy:
            yield context.finding(
                Subject("role", role.name),
                Severity.LOW,
                f"Role {role.name} has sessions now and BYPASSRLS: the policies of {tables} do not hold for it.",
                Evidence("tables with row security", tables, "", "pg_class.relrowsecurity"),
                Evidence("bypasses", True, "", "pg_roles.rolbypassrls"),
            )
