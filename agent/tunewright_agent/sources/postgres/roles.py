"""Source `roles`: roles, the protection of sessions, what PUBLIC may do, SECURITY DEFINER functions, row security, rights to write.

Fills Roles, Privileges and TableGrants.
All of it stands in catalogues that every role may read; passwords and their hashes do not, and are not asked for. How other users'
sessions are protected is shown to members of pg_read_all_stats only.
"""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.roles import (
    DefaultGrant,
    DefinerFunction,
    GuardedTable,
    Privileges,
    PublicGrant,
    Role,
    Roles,
    SessionGroup,
    TableGrant,
    TableGrants,
    Way,
)
from tunewright_analyzers.facts.snapshot import Gap

MOST_GRANTS = 5_000
"""Of one database; the query's own bound is one more."""


def _role(row: Row) -> Role:
    return Role(
        name=row["name"],
        can_login=row["can_login"],
        is_superuser=row["is_superuser"],
        creates_roles=row["creates_roles"],
        creates_databases=row["creates_databases"],
        replicates=row["replicates"],
        bypasses_row_security=row["bypasses"],
        connection_limit=row["connection_limit"],
        valid_until=row["valid_until"],
        member_of=tuple(row["member_of"]),
    )


def _sessions(row: Row) -> SessionGroup:
    return SessionGroup(
        row["role"], Way(row["way"]), row["is_encrypted"], row["sessions"], row["tls_version"], own=row["own"]
    )


def _public(row: Row, database: str) -> PublicGrant:
    return PublicGrant(database, row["kind"], row["schema"], row["name"], tuple(row["privileges"]), row["owner"])


def _grant(row: Row, database: str) -> TableGrant:
    return TableGrant(RelationName(database, row["schema"], row["name"]), row["role"], tuple(row["privileges"]))


def _too_many(database: str, taken_at: datetime) -> Gap:
    reason = f"more than {MOST_GRANTS:,} rights to write are granted by table: which of them are of use is not judged"
    mend = "grant to group roles that the login roles are members of, or by schema to fewer roles"
    return Gap("roles", reason, taken_at, mend, database, (TableGrants.name,))


def _function(row: Row, database: str) -> DefinerFunction:
    return DefinerFunction(
        database=database,
        schema=row["schema"],
        name=row["name"],
        arguments=row["arguments"],
        is_procedure=row["is_procedure"],
        owner=row["owner"],
        owner_is_superuser=row["owner_is_superuser"],
        has_search_path=row["has_search_path"],
        public_may_execute=row["public_may_execute"],
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Roles of the server and privileges of every watched database. Sessions that are hidden from our role are a Gap. Raises SourceError."""
    public: list[PublicGrant] = []
    defaults: list[DefaultGrant] = []
    functions: list[DefinerFunction] = []
    guarded: list[GuardedTable] = []
    grants: list[TableGrant] = []
    many: list[Gap] = []

    def read(session: Session) -> None:
        name = session.database
        public.extend(_public(row, name) for row in session.query("public_grants", mark="roles"))
        defaults.extend(
            DefaultGrant(name, row["role"], row["schema"], tuple(row["privileges"]))
            for row in session.query("default_grants", mark="roles")
        )
        functions.extend(_function(row, name) for row in session.query("definer_functions", mark="roles"))
        guarded.extend(
            GuardedTable(
                RelationName(name, row["schema"], row["name"]), row["owner"], row["is_forced"], row["policies"]
            )
            for row in session.query("guarded_tables", mark="roles")
        )
        found = [_grant(row, name) for row in session.query("table_grants", mark="roles")]
        if len(found) > MOST_GRANTS:
            many.append(_too_many(name, taken_at))
        else:
            grants.extend(found)

    with reader.session() as session:
        roles = tuple(_role(row) for row in session.query("roles"))
        rows = session.query("role_sessions", mark="roles")
    gaps = each_database(reader, "roles", (Privileges.name, TableGrants.name), taken_at, read)
    hidden = sum(row["sessions"] for row in rows if row["is_hidden"])
    if hidden:
        reason = f"how {hidden} sessions of other users are protected is hidden from our role"
        mend = reader.server.grant("pg_read_all_stats")
        gaps = (*gaps, Gap("roles", reason, taken_at, mend, None, (Roles.name,)))
    gaps = (*gaps, *many)
    sessions = tuple(_sessions(row) for row in rows if not row["is_hidden"])
    privileges = Privileges(tuple(public), tuple(defaults), tuple(functions), tuple(guarded))
    return Collected((Roles(roles, sessions), privileges, TableGrants(tuple(grants))), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("roles", (Roles, Privileges, TableGrants), interval_seconds=900, deadline_seconds=30, collect=collect)
