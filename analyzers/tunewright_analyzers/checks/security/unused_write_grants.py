"""`security/unused_write_grants`: reads Roles, TableGrants, Statements, Schema, Settings; says who may write to tables and only reads them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.roles import Roles, TableGrant, TableGrants
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.queries.weighty import names_of
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.duties import Duties, duties_of, members
from tunewright_analyzers.security.usage import days_counted, statements_of, uncounted
from tunewright_analyzers.sql.identifiers import qualified, quoted
from tunewright_analyzers.sql.names import Names


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long, and how many."""

    least_days: float = threshold(7.0, "days", "Days that statements must have been counted.")
    tables_max: float = threshold(50, "count", "So many tables are named in one statement.")


def _duties(
    grantee: str, roles: Roles, ran: Mapping[str, list[Statement]], names: Mapping[str, Names]
) -> Duties | None:
    """What all who have the grant do together; None where that is not known, or nobody does anything."""
    member_of = {one.name: one.member_of for one in roles.rows}
    rows: list[Statement] = []
    for name in members(grantee, member_of):
        role = roles.get(name)
        if role is not None and role.is_superuser:
            continue  # needs no grant
        rows += ran.get(name, [])
    duties = duties_of(rows, names)
    return duties if rows and duties.unknown is None else None


@check(needs=(Roles, TableGrants, Statements, Schema, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def unused_write_grants(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles that were granted INSERT, UPDATE, DELETE or TRUNCATE on tables which they only read.

    Risk: what an application may write, an injection into it may write; prices and permissions are read everywhere and changed in one place.
    Evidence: grants to the role (or its group) against the statements of all who have them since pg_stat_statements was reset: the table is read,
        and no statement writes it, COPY, TRUNCATE, LOCK and FOR UPDATE included.
    Remedy: REVOKE the rights to write, by table.
    False positives: writes that come more seldom than statements are counted (a month's end); functions and triggers that write with the role's
        rights, unless pg_stat_statements.track is `all`; writes through another role after SET ROLE.
    """
    window, limits = context.window, context.thresholds
    reason = uncounted(window, limits.least_days)
    if reason is not None:
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    roles, ran, names = window.need(Roles), statements_of(window), names_of(window)
    granted: dict[str, list[TableGrant]] = defaultdict(list)
    for grant in window.need(TableGrants).rows:
        granted[grant.role].append(grant)
    for grantee, grants in sorted(granted.items()):
        duties = _duties(grantee, roles, ran, names)
        if duties is None:
            continue
        unused: dict[str, list[TableGrant]] = defaultdict(list)
        for grant in grants:
            if grant.table in duties.reads and grant.table not in duties.writes:
                unused[grant.table.database].append(grant)
        for database, some in sorted(unused.items()):
            yield from _told(context, grantee, database, some, duties)


def _told(
    context: Context[Thresholds], grantee: str, database: str, grants: list[TableGrant], duties: Duties
) -> Iterator[Verdict]:
    days, tables = days_counted(context.window), sorted({grant.table for grant in grants}, key=str)
    found = context.finding(
        Subject("role", grantee, database),
        Severity.LOW,
        f"Role {grantee} may write to {len(tables)} tables of {database} that its {duties.statements} statements of {days:.0f} days only read.",
        Evidence("tables", ", ".join(map(str, tables[:5])), "", "pg_class.relacl, the statements' texts"),
        Evidence("statements", duties.statements, "count", "pg_stat_statements"),
        Evidence("tables that it does write", len(duties.writes), "count", "the statements' texts"),
        Evidence("counted for", round(days, 1), "days", "pg_stat_statements_info.stats_reset"),
    )
    yield found
    revoke, grant_back = [], []
    by_privileges: dict[tuple[str, ...], list[TableGrant]] = defaultdict(list)
    for one in grants[: int(context.thresholds.tables_max)]:
        by_privileges[one.privileges].append(one)
    for privileges, some in sorted(by_privileges.items()):
        listed = ", ".join(qualified(one.table) for one in some)
        revoke.append(f"REVOKE {', '.join(privileges)} ON {listed} FROM {quoted(grantee)};")
        grant_back.append(f"GRANT {', '.join(privileges)} ON {listed} TO {quoted(grantee)};")
    yield context.recommendation(
        found,
        Action.OTHER,
        tuple(revoke),
        risk="A statement that writes there more seldom than statements were counted, or through a function or trigger, fails from then on.",
        rollback=tuple(grant_back),
    )
