"""`security/public_schema_create`: reads Privileges; says in which schemas everybody may make objects."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import Privileges
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted


@check(needs=(Privileges,), engines=POSTGRESQL)
def public_schema_create(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Schemas in which PUBLIC may create objects.

    Risk: anybody who may connect can put a function or operator in the search path of others, who then run it with their own rights
        (CVE-2018-1058). Databases made before release 15 have it in the schema public, and an upgrade keeps it.
    Evidence: pg_namespace.nspacl.
    Remedy: REVOKE CREATE ON SCHEMA … FROM PUBLIC, and GRANT it to the roles that make tables there.
    False positives: a sandbox that everybody shares by design.
    """
    for one in context.window.need(Privileges).public:
        if one.kind != "schema":
            continue
        found = context.finding(
            Subject("schema", one.schema, one.database),
            Severity.MEDIUM,
            f"Everybody who may connect to {one.database} may create objects in the schema {one.schema}.",
            Evidence("privileges of PUBLIC", ", ".join(one.privileges), "", "pg_namespace.nspacl"),
            Evidence("owner", one.owner, "", "pg_namespace.nspowner"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"REVOKE CREATE ON SCHEMA {quoted(one.schema)} FROM PUBLIC;",),
            risk="Roles that make tables there without a grant of their own (migrations of an application) fail: grant it to them first.",
            rollback=(f"GRANT CREATE ON SCHEMA {quoted(one.schema)} TO PUBLIC;",),
        )
