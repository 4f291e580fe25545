"""`security/expired_role`: reads Roles; says which accounts were left standing when their password ended."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long is forgotten."""

    days_min: float = threshold(30, "days", "Days since the password expired from which the role is reported.")


@check(needs=(Roles,), engines=POSTGRESQL, thresholds=Thresholds)
def expired_role(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles whose password expired long ago and that may still log in.

    Risk: VALID UNTIL ends the password only: by certificate, peer, LDAP or trust the account still opens, with all its grants.
    Evidence: pg_roles.rolvaliduntil and rolcanlogin; sessions of the role in pg_stat_activity.
    Remedy: ALTER ROLE … NOLOGIN, and after a while DROP OWNED, DROP ROLE.
    False positives: accounts that are let in for a day when needed, by a new VALID UNTIL.
    """
    roles = context.window.need(Roles)
    for role in roles.rows:
        if role.valid_until is None or not role.can_login:
            continue
        days = (context.window.end - role.valid_until).total_seconds() / 86400
        if days < context.thresholds.days_min:
            continue
        sessions = sum(one.sessions for one in roles.sessions if one.user == role.name)
        found = context.finding(
            Subject("role", role.name),
            Severity.MEDIUM if sessions else Severity.LOW,
            f"The password of {role.name} expired {days:,.0f} days ago, and the role may still log in"
            + (f": it has {sessions} sessions now." if sessions else "."),
            Evidence("valid until", role.valid_until.date().isoformat(), "", "pg_roles.rolvaliduntil"),
            Evidence("sessions", sessions, "count", "pg_stat_activity"),
        )
        yield found
        if not sessions:
            yield context.recommendation(
                found,
                Action.OTHER,
                (f"ALTER ROLE {quoted(role.name)} NOLOGIN;",),
                risk="Whoever still comes in as this role, without a password, is refused.",
                rollback=(f"ALTER ROLE {quoted(role.name)} LOGIN;",),
            )
