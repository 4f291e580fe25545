"""Cases of `security/expired_role`."""

from cases.case import Case, gap
from cases.facts import ago
from cases.security.facts import group, role, roles
from tunewright_analyzers.facts.roles import Roles

SUBJECT = "role app"

CASES = (
    Case("expired a year ago", "fires", (roles(role(valid_until=ago(days=365))),), (SUBJECT,), severity={SUBJECT: "low"},
         says=("expired 365 days ago",), statements=("ALTER ROLE app NOLOGIN;",)),
    Case("expired, and here", "fires", (roles(role(valid_until=ago(days=365)), group()),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("not yet", "silent", (roles(role(valid_until=ago(days=-365))),)),
    Case("never", "silent", (roles(role()),)),
    Case("cannot log in", "silent", (roles(role(valid_until=ago(days=365), can_login=False)),)),
    Case("thirty days", "threshold", (roles(role(valid_until=ago(days=30))),), (SUBJECT,)),
    Case("less than thirty days", "threshold", (roles(role(valid_until=ago(days=29, hours=23))),)),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
