"""`security/default_account`: reads Roles; says where an account with a name that every attacker tries first is used over the network."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import Roles, Way
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence, Severity, Subject

_NAMES = frozenset(
    {"postgres", "root", "admin", "administrator", "mysql", "mariadb", "sa", "dba", "test", "guest", "user"}
)
"""Made at the installation, offered by AWS's console (postgres, admin), or first in the lists of password guessers."""


@check(needs=(Roles,))
def default_account(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Accounts with default names that are in use over the network.

    Risk: half of a login is known before the first guess, and a log of who did what knows no person behind `root` or `postgres`.
    Evidence: the name, and its client sessions over the network at the moment of the snapshot.
    Remedy: a role of its own for each application and person; then let the default account in by the local socket only (pg_hba.conf; root@localhost),
        or on a managed service keep it for emergencies.
    False positives: an administrator at work; a port that only a private network reaches: then this is the second line of defence.
    """
    roles = context.window.need(Roles)
    of_accounts = context.window.latest.engine is not Engine.POSTGRESQL
    for role in roles.rows:
        name = role.name.rpartition("@")[0] if of_accounts else role.name
        remote = [one for one in roles.sessions if one.user == role.name and one.way is Way.NETWORK and not one.own]
        count = sum(one.sessions for one in remote)
        if name.lower() not in _NAMES or not role.can_login or count == 0:
            continue
        yield context.finding(
            Subject("role", role.name),
            Severity.MEDIUM,
            f"The default account {role.name} has {count} sessions over the network.",
            Evidence("sessions over the network", count, "count", "pg_stat_activity"),
            Evidence("superuser", role.is_superuser, "", "pg_roles.rolsuper"),
        )
