"""`security/superuser_sessions`: reads Roles; says who works as a superuser all day."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import Roles, Way
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(Roles,))
def superuser_sessions(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Client sessions of superusers that come over the network.

    Risk: one SQL injection, or one leaked password of such an application, is the whole server: every database, its files, its programs.
    Evidence: pg_stat_activity and pg_roles.rolsuper at the moment of the snapshot.
    Remedy: a role for the application that owns or may use its own schema only.
    False positives: an administrator at work; a managed service's own role (rdsadmin is left out).
    """
    roles = context.window.need(Roles)
    for role in roles.rows:
        remote = [one for one in roles.sessions if one.user == role.name and one.way is Way.NETWORK and not one.own]
        count = sum(one.sessions for one in remote)
        if not role.is_superuser or count == 0 or role.name == "rdsadmin":
            continue
        yield context.finding(
            Subject("role", role.name),
            Severity.HIGH,
            f"Superuser {role.name} has {count} sessions over the network.",
            Evidence("sessions over the network", count, "count", "pg_stat_activity"),
            Evidence("superuser", True, "", "pg_roles.rolsuper"),
        )
