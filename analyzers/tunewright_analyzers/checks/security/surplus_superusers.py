"""`security/surplus_superusers`: reads Roles; says whether more roles than needed may do everything."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import listed


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many are enough."""

    superusers_max: float = threshold(2, "count", "Superusers that may log in; more are reported.")


@check(needs=(Roles,), thresholds=Thresholds)
def surplus_superusers(context: Context[Thresholds]) -> Iterator[Verdict]:
    """More superusers that may log in than anybody needs.

    Risk: each is a key to the whole server, and nobody can tell from the log which person used it.
    Evidence: pg_roles.rolsuper and rolcanlogin; of MySQL accounts with the privilege SUPER.
    Remedy: ALTER ROLE … NOSUPERUSER (of MySQL REVOKE SUPER ON *.* FROM …, and the dynamic privileges that are needed); for people
        a role of their own with CREATEROLE, pg_monitor, pg_maintain or what they really use.
    False positives: a team in which each administrator has a superuser of their own, so that the log tells them apart.
    """
    names = [one.name for one in context.window.need(Roles).rows if one.is_superuser and one.can_login]
    names = [name for name in names if name != "rdsadmin"]
    if len(names) <= context.thresholds.superusers_max:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.LOW,
        f"{len(names)} superusers may log in: {listed(names)}.",
        Evidence("superusers", len(names), "count", "pg_roles"),
        Evidence("names", listed(names), "", "pg_roles"),
    )
