"""`security/server_file_access`: reads Roles; says which roles reach the server's files and programs without being called superuser."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.roles import Role, Roles
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted

_POWERS = ("pg_execute_server_program", "pg_write_server_files", "pg_read_server_files")


def _reached(role: Role, roles: Roles) -> set[str]:
    """All roles that it is a member of, directly or not."""
    found: set[str] = set()
    waiting = [*role.member_of]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            near = roles.get(name)
            waiting += near.member_of if near is not None else ()
    return found


@check(needs=(Roles,), engines=POSTGRESQL)
def server_file_access(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Roles that may log in, are no superusers, and may run programs or use files on the server.

    Risk: the manual says it: with one of these a role can become superuser. An injection there is an injection on the machine.
    Evidence: pg_auth_members, followed through all roles in between.
    Remedy: REVOKE it; COPY … FROM STDIN and client-side tools need none of them.
    False positives: a backup or loading job that is meant to have it.
    """
    roles = context.window.need(Roles)
    for role in roles.rows:
        if role.is_superuser or not role.can_login or role.name.startswith("rds"):
            continue
        reached = _reached(role, roles)
        powers = [name for name in _POWERS if name in reached]
        if not powers:
            continue
        found = context.finding(
            Subject("role", role.name),
            Severity.MEDIUM,
            f"Role {role.name} is a member of {', '.join(powers)}: as good as a superuser.",
            Evidence("member of", ", ".join(powers), "", "pg_auth_members"),
            Evidence("direct", all(name in role.member_of for name in powers), "", "pg_auth_members"),
        )
        yield found
        direct = [name for name in powers if name in role.member_of]
        if direct:
            yield context.recommendation(
                found,
                Action.OTHER,
                tuple(f"REVOKE {name} FROM {quoted(role.name)};" for name in direct),
                risk="Jobs of that role that read or write files on the server, or run programs there, fail from then on.",
                rollback=tuple(f"GRANT {name} TO {quoted(role.name)};" for name in direct),
            )
