"""`security/public_table_grants`: reads Privileges; says which tables are everybody's, now or by default."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import DefaultGrant, Privileges, PublicGrant
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted

_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN"})


def _table(context: Context[NoThresholds], one: PublicGrant) -> Iterator[Verdict]:
    writes = [name for name in one.privileges if name in _WRITES]
    found = context.finding(
        Subject("table", f"{one.schema}.{one.name}", one.database),
        Severity.MEDIUM if writes else Severity.LOW,
        f"Everybody who may connect to {one.database} has {', '.join(one.privileges)} on {one.schema}.{one.name}.",
        Evidence("privileges of PUBLIC", ", ".join(one.privileges), "", "pg_class.relacl"),
        Evidence("owner", one.owner, "", "pg_class.relowner"),
    )
    yield found
    what = f"{', '.join(one.privileges)} ON {quoted(one.schema)}.{quoted(one.name or '')}"
    yield context.recommendation(
        found,
        Action.OTHER,
        (f"REVOKE {what} FROM PUBLIC;",),
        risk="Roles that used it without a grant of their own fail: grant it to them first.",
        rollback=(f"GRANT {what} TO PUBLIC;",),
    )


def _default(context: Context[NoThresholds], one: DefaultGrant) -> Iterator[Verdict]:
    where = f"IN SCHEMA {quoted(one.schema)} " if one.schema else ""
    found = context.finding(
        Subject("default privileges", f"of {one.role} in {one.schema or 'all schemas'}", one.database),
        Severity.MEDIUM if _WRITES & set(one.privileges) else Severity.LOW,
        f"Every table that {one.role} makes in {one.schema or 'any schema'} of {one.database} is given to everybody: "
        f"{', '.join(one.privileges)}.",
        Evidence("privileges of PUBLIC", ", ".join(one.privileges), "", "pg_default_acl"),
    )
    yield found
    head, what = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(one.role)} {where}", ", ".join(one.privileges)
    yield context.recommendation(
        found,
        Action.OTHER,
        (f"{head}REVOKE {what} ON TABLES FROM PUBLIC;",),
        risk="Tables made later are not everybody's any more; those that stand keep their grants.",
        rollback=(f"{head}GRANT {what} ON TABLES TO PUBLIC;",),
    )


@check(needs=(Privileges,), engines=POSTGRESQL)
def public_table_grants(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Tables and views that PUBLIC may read or write, and defaults that make new ones so.

    Risk: every role of the server that may connect, a leaked read-only one too, reads or changes them.
    Evidence: pg_class.relacl and pg_default_acl; what extensions made for themselves is left out.
    Remedy: REVOKE … FROM PUBLIC and GRANT to the roles that use it.
    False positives: lookup tables that hold nothing of anybody.
    """
    privileges = context.window.need(Privileges)
    for table in privileges.public:
        if table.kind == "table":
            yield from _table(context, table)
    for default in privileges.defaults:
        yield from _default(context, default)
