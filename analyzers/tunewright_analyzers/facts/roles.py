"""Who may do what: roles, how sessions are protected, what everybody may do, functions that run as their owner. Never a password or its hash."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Role:
    """One role of pg_roles, without the predefined ones (pg_*). `valid_until` None: its password never expires (or it has none)."""

    name: str
    can_login: bool
    is_superuser: bool
    creates_roles: bool
    creates_databases: bool
    replicates: bool
    bypasses_row_security: bool
    connection_limit: int
    valid_until: datetime | None = None
    member_of: tuple[str, ...] = ()
    """Roles that it is a direct member of, predefined ones too."""


class Way(StrEnum):
    """How a session comes in."""

    SOCKET = "socket"
    LOOPBACK = "loopback"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class SessionGroup:
    """Client sessions of one user that come in one way. `own`: they are Tunewright's."""

    user: str
    way: Way
    is_encrypted: bool
    sessions: int
    tls_version: str | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Roles(Section):
    """All roles of the server, and how the client sessions of the moment are protected."""

    name: ClassVar[str] = "roles"
    rows: tuple[Role, ...]
    sessions: tuple[SessionGroup, ...] = ()

    def get(self, name: str) -> Role | None:
        """The role of that name."""
        return next((row for row in self.rows if row.name == name), None)


@dataclass(frozen=True, slots=True)
class PublicGrant:
    """Privileges of PUBLIC on a schema (`kind` schema) or a table, view or the like (`kind` table). `name` as SQL names it, unquoted parts."""

    database: str
    kind: str
    schema: str
    name: str | None
    privileges: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class DefaultGrant:
    """What ALTER DEFAULT PRIVILEGES gives PUBLIC on the tables that `role` will make. `schema` None: in all schemas."""

    database: str
    role: str
    schema: str | None
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefinerFunction:
    """A SECURITY DEFINER function or procedure outside extensions. `arguments` as ALTER FUNCTION wants them."""

    database: str
    schema: str
    name: str
    arguments: str
    is_procedure: bool
    owner: str
    owner_is_superuser: bool
    has_search_path: bool
    public_may_execute: bool


@dataclass(frozen=True, slots=True)
class GuardedTable:
    """A table with row security. Its owner is exempt unless it is `forced`."""

    table: RelationName
    owner: str
    is_forced: bool
    policies: int


@dataclass(frozen=True, slots=True)
class TableGrant:
    """Rights to write to a table that were granted to one role (not to its owner, not to PUBLIC): INSERT, UPDATE, DELETE, TRUNCATE, in this order."""

    table: RelationName
    role: str
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Privileges(Section):
    """What everybody may do in the watched databases, and what runs with somebody else's rights."""

    name: ClassVar[str] = "privileges"
    public: tuple[PublicGrant, ...] = ()
    defaults: tuple[DefaultGrant, ...] = ()
    functions: tuple[DefinerFunction, ...] = ()
    guarded: tuple[GuardedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class TableGrants(Section):
    """Rights to write that roles were granted by table, in the watched databases."""

    name: ClassVar[str] = "table_grants"
    rows: tuple[TableGrant, ...]
