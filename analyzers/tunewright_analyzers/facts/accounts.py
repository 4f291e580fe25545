"""Accounts as MySQL has them: a user together with the host it may come from. Never a password or its hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `privileges`: the great ones that it has on everything (`super`, `grant`, `file`, `create user`, `process`)."""

    user: str
    host: str
    plugin: str
    has_password: bool
    is_locked: bool = False
    is_role: bool = False
    is_servers_own: bool = False
    """The server's or the managed service's own: not the user's to change."""
    is_password_expired: bool = False
    demands_tls: bool = False
    privileges: tuple[str, ...] = ()
    user_connections: int | None = None
    """Connections of all accounts of that user name since the server's start; None where the server did not count them all."""

    @property
    def name(self) -> str:
        """`user@host`."""
        return f"{self.user}@{self.host}"

    @property
    def can_login(self) -> bool:
        """Whether somebody may log in with it."""
        return not (self.is_locked or self.is_role or self.is_servers_own)


@dataclass(frozen=True, slots=True)
class Accounts(Section):
    """All accounts of the server."""

    name: ClassVar[str] = "accounts"
    rows: tuple[Account, ...]
    counted_since: datetime | None = None
    """Since when connections are counted: the server's start."""
