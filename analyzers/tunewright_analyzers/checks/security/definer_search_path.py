"""`security/definer_search_path`: reads Privileges; says which functions run as their owner along the caller's search path."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import DefinerFunction, Privileges
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted


def _severity(one: DefinerFunction) -> Severity:
    if not one.public_may_execute:
        return Severity.LOW
    return Severity.HIGH if one.owner_is_superuser else Severity.MEDIUM


@check(needs=(Privileges,), engines=POSTGRESQL)
def definer_search_path(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """SECURITY DEFINER functions without a search_path of their own.

    Risk: the caller sets search_path to a schema with a function or operator of the same name, and the owner's rights run it.
    Evidence: pg_proc.prosecdef and proconfig; who owns it, whether PUBLIC may call it.
    Remedy: ALTER FUNCTION … SET search_path, with pg_temp last; and REVOKE EXECUTE FROM PUBLIC where not everybody needs it.
    False positives: a body in which every name is qualified, operators too; SQL-standard bodies (BEGIN ATOMIC), whose names are bound at
        creation.
    """
    for one in context.window.need(Privileges).functions:
        if one.has_search_path:
            continue
        found = context.finding(
            Subject("function", f"{one.schema}.{one.name}({one.arguments})", one.database),
            _severity(one),
            f"{'Procedure' if one.is_procedure else 'Function'} {one.schema}.{one.name} runs as {one.owner}"
            + (" (superuser)" if one.owner_is_superuser else "")
            + " along the search_path of "
            + ("whoever calls it." if one.public_may_execute else "its callers."),
            Evidence("owner", one.owner, "", "pg_proc.proowner"),
            Evidence("owner is superuser", one.owner_is_superuser, "", "pg_roles.rolsuper"),
            Evidence("PUBLIC may call it", one.public_may_execute, "", "pg_proc.proacl"),
        )
        yield found
        what = f"{'PROCEDURE' if one.is_procedure else 'FUNCTION'} {quoted(one.schema)}.{quoted(one.name)}({one.arguments})"
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER {what} SET search_path = pg_catalog, {quoted(one.schema)}, pg_temp;",),
            risk="Names in its body that stand in other schemas are not found any more: qualify them, or add those schemas.",
            rollback=(f"ALTER {what} RESET search_path;",),
            caution="A function in SQL with a setting of its own cannot be inlined.",
        )
