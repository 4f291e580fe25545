"""Short makers of facts for the cases of `security`."""

from dataclasses import replace
from typing import Any

from tunewright_analyzers.facts.roles import DefinerFunction, Privileges, PublicGrant, Role, Roles, SessionGroup, Way
from tunewright_analyzers.facts.settings import Extension, Extensions


def role(name: str = "app", **changes: Any) -> Role:
    """A role that may log in and nothing else."""
    plain = Role(name, True, False, False, False, False, False, -1)
    return replace(plain, **changes)


def group(user: str = "app", **changes: Any) -> SessionGroup:
    """Three sessions over the network, encrypted."""
    return replace(SessionGroup(user, Way.NETWORK, True, 3, "TLSv1.3"), **changes)


def roles(*parts: Role | SessionGroup) -> Roles:
    """The section, of roles and session groups in any order."""
    return Roles(
        tuple(one for one in parts if isinstance(one, Role)),
        tuple(one for one in parts if isinstance(one, SessionGroup)),
    )


def function(**changes: Any) -> DefinerFunction:
    """A function of a superuser that everybody may call, without a search_path."""
    return replace(
        DefinerFunction("shop", "public", "pay", "amount numeric", False, "postgres", True, False, True), **changes
    )


def public(*privileges: str, **changes: Any) -> Privileges:
    """One table with these privileges of PUBLIC."""
    return Privileges((replace(PublicGrant("shop", "table", "public", "orders", privileges, "postgres"), **changes),))


def extensions(name: str, installed: str | None, available: str | None) -> Extensions:
    """The section, of one extension."""
    return Extensions((Extension("shop", name, installed, available, "public"),))
