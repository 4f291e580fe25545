"""`security/unencrypted_sessions`: reads Roles; says whose sessions cross the network in the clear."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import Roles, Way
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(Roles,))
def unencrypted_sessions(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Sessions over the network without TLS.

    Risk: whoever sits on the way reads the rows and statements, and can change them.
    Evidence: pg_stat_ssl by session, and the client's address; sockets and loopback are left out.
    Remedy: ssl = on, hostssl lines in pg_hba.conf in place of host (rds.force_ssl = 1 on RDS and Aurora), sslmode=verify-full in the clients.
    False positives: a link that is encrypted below (VPN, service mesh, GSSAPI encryption).
    """
    by_user: dict[str, int] = {}
    secure: dict[str, int] = {}
    for one in context.window.need(Roles).sessions:
        if one.way is Way.NETWORK and not one.own:
            counts = secure if one.is_encrypted else by_user
            counts[one.user] = counts.get(one.user, 0) + one.sessions
    for user, count in by_user.items():
        yield context.finding(
            Subject("role", user),
            Severity.MEDIUM,
            f"{count} sessions of {user} cross the network without TLS.",
            Evidence("sessions without TLS", count, "count", "pg_stat_ssl"),
            Evidence("sessions with TLS", secure.get(user, 0), "count", "pg_stat_ssl"),
        )
