"""Cases of `security/unencrypted_sessions`."""

from cases.case import Case, gap
from cases.security.facts import group, roles
from tunewright_analyzers.facts.roles import Roles, Way

SUBJECT = "role app"
CLEAR = {"is_encrypted": False, "tls_version": None}

CASES = (
    Case("in the clear", "fires", (roles(group(**CLEAR), group()),), (SUBJECT,), severity={SUBJECT: "medium"}, says=("3 sessions of app",)),
    Case("encrypted", "silent", (roles(group()),)),
    Case("on the machine itself", "silent", (roles(group(way=Way.LOOPBACK, **CLEAR), group(way=Way.SOCKET, **CLEAR)),)),
    Case("our own", "silent", (roles(group(own=True, **CLEAR)),)),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
