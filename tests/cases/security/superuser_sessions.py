"""Cases of `security/superuser_sessions`."""

from cases.case import Case, gap
from cases.security.facts import group, role, roles
from tunewright_analyzers.facts.roles import Roles, Way

SUBJECT = "role app"
CHIEF = role(is_superuser=True)

CASES = (
    Case("an application as superuser", "fires", (roles(CHIEF, group()),), (SUBJECT,), severity={SUBJECT: "high"},
         says=("3 sessions over the network",)),
    Case("no superuser", "silent", (roles(role(), group()),)),
    Case("on the machine itself", "silent", (roles(CHIEF, group(way=Way.SOCKET), group(way=Way.LOOPBACK)),)),
    Case("our own", "silent", (roles(CHIEF, group(own=True)),)),
    Case("the managed service's own", "silent", (roles(role("rdsadmin", is_superuser=True), group("rdsadmin")),)),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
