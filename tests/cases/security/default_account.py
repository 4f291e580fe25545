"""Cases of `security/default_account`."""

from cases.case import Case, gap
from cases.security.facts import group, role, roles
from tunewright_analyzers.facts.roles import Roles, Way
from tunewright_analyzers.facts.snapshot import Engine, Flavour

POSTGRES, ROOT = "role postgres", "role root@%"

CASES = (
    Case("postgres over the network", "fires", (roles(role("postgres", is_superuser=True), group("postgres")),), (POSTGRES,),
         severity={POSTGRES: "medium"}, says=("has 3 sessions",)),
    Case("the master user of RDS", "fires", (roles(role("postgres"), group("postgres")),), (POSTGRES,), flavour=Flavour.RDS),
    Case("root over the network", "fires", (roles(role("root@%", is_superuser=True), group("root@%")),), (ROOT,), engine=Engine.MYSQL),
    Case("by the socket", "silent", (roles(role("postgres"), group("postgres", way=Way.SOCKET)),)),
    Case("by loopback", "silent", (roles(role("root@localhost"), group("root@localhost", way=Way.LOOPBACK)),), engine=Engine.MARIADB),
    Case("our own sessions", "silent", (roles(role("postgres"), group("postgres", own=True)),)),
    Case("not in use", "silent", (roles(role("postgres"), role(), group()),)),
    Case("a name of its own", "silent", (roles(role("app"), group("app")),)),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
