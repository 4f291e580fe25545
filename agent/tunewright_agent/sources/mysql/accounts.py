"""Source `accounts`: who may log in, how, and with which great privileges; how sessions come in. Fills Accounts and Roles.

No password's hash is read: the view tunewright.accounts of `tunewright grants` says only whether there is one. Without that view,
mysql.user is asked (an administrator's account may).
"""

from dataclasses import replace
from datetime import datetime

from tunewright_agent.sources.mysql.session import (
    PERFORMANCE_SCHEMA,
    Reader,
    Row,
    Server,
    Session,
    need_performance_schema,
)
from tunewright_agent.sources.source import Collected, Denied, Source, SourceError, Unavailable, Unsupported
from tunewright_analyzers.facts.accounts import Account, Accounts
from tunewright_analyzers.facts.roles import Role, Roles, SessionGroup, Way
from tunewright_analyzers.facts.snapshot import Gap

_MEND = "run the SQL of `tunewright grants --engine mysql` as an administrator: it makes the view tunewright.accounts"
_SERVERS_OWN = frozenset(
    {"mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "rdsadmin", "rdsproxyadmin", "rdstopmgr"}
)


def _rows(session: Session, server: Server) -> list[Row]:
    try:
        return session.query("accounts")
    except (Denied, Unsupported):
        pass
    try:
        return session.query("accounts_mariadb" if server.is_mariadb else "accounts_mysql", mark="accounts")
    except (Denied, Unsupported) as error:
        raise Denied("the accounts are hidden from ours", _MEND) from error


def _account(row: Row) -> Account:
    yes = {
        name: row[name] == "Y"
        for name in row
        if name.endswith(("_priv", "_expired")) or name.startswith(("is_", "has_"))
    }
    privileges = [
        name.removesuffix("_priv").replace("_", " ") for name in sorted(yes) if name.endswith("_priv") and yes[name]
    ]
    return Account(
        user=str(row["user"]),
        host=str(row["host"]),
        plugin=str(row["plugin"] or "mysql_native_password"),
        has_password=yes["has_password"],
        is_locked=yes["is_locked"],
        is_role=yes["is_role"],
        is_servers_own=str(row["user"]) in _SERVERS_OWN,
        is_password_expired=yes["password_expired"],
        demands_tls=bool(row["ssl_type"]),
        privileges=tuple(privileges),
    )


def _role(account: Account) -> Role:
    super_user = "super" in account.privileges
    return Role(
        name=account.name,
        can_login=not (account.is_locked or account.is_role or account.is_servers_own),
        is_superuser=super_user,
        creates_roles="create user" in account.privileges,
        creates_databases=super_user,
        replicates=super_user,
        bypasses_row_security=super_user,
        connection_limit=-1,
    )


def _groups(rows: list[Row], accounts: tuple[Account, ...]) -> tuple[SessionGroup, ...]:
    """Sessions by account: a session tells its user and the client's host, and the account is the one whose host fits best."""
    groups: dict[tuple[str, Way, bool, bool], int] = {}
    for row in rows:
        host, kind = str(row["host"] or "").partition(":")[0], str(row["way"] or "").lower()
        loopback = host in {"localhost", "127.0.0.1", "::1"}
        way = Way.SOCKET if kind == "socket" else Way.LOOPBACK if loopback else Way.NETWORK
        key = (_fitting(str(row["account"]), host, accounts), way, kind == "ssl/tls", bool(row["own"]))
        groups[key] = groups.get(key, 0) + int(row["sessions"])
    return tuple(SessionGroup(name, way, tls, count, None, own) for (name, way, tls, own), count in groups.items())


def _with_use(accounts: tuple[Account, ...], rows: list[Row]) -> tuple[Account, ...]:
    """The accounts with the connections of their user name; as they are where the server's table was full (a lost one may be any)."""
    if not rows or int(rows[0]["lost"] or 0) > 0:
        return accounts
    counted = {str(row["account"]): int(row["connections"] or 0) for row in rows}
    return tuple(replace(one, user_connections=counted.get(one.user, 0)) for one in accounts)


def _fitting(user: str, host: str, accounts: tuple[Account, ...]) -> str:
    hosts = [one.host for one in accounts if one.user == user]
    exact = host if host in hosts else "%" if "%" in hosts or not hosts else hosts[0]
    return f"{user}@{exact}"


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All accounts. Raises SourceError."""
    server = reader.server
    gaps: tuple[Gap, ...] = ()
    sessions: list[Row] = []
    used: list[Row] = []
    with reader.session() as session:
        accounts = tuple(_account(row) for row in _rows(session, server))
        try:
            need_performance_schema(server, "how sessions come in, and the use of accounts")
            sessions = session.query("account_sessions", mark="accounts", needs=PERFORMANCE_SCHEMA)
            used = session.query("account_connections", mark="accounts", needs=PERFORMANCE_SCHEMA)
        except Unavailable:
            raise
        except SourceError as error:
            gaps = (Gap("accounts", error.reason, taken_at, error.mend, None, (Roles.name,)),)
    roles = tuple(_role(one) for one in accounts if not one.is_servers_own)
    counted = Accounts(_with_use(accounts, used), server.started_at if used else None)
    return Collected((counted, Roles(roles, _groups(sessions, accounts))), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("accounts", (Accounts, Roles), interval_seconds=300, deadline_seconds=10, collect=collect)
