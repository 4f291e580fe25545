"""Cases of `security/surplus_superusers`."""

from cases.case import Case, gap
from cases.security.facts import role, roles
from tunewright_analyzers.facts.roles import Roles

SUBJECT = "cluster shop"
CHIEFS = tuple(role(name, is_superuser=True) for name in ("postgres", "ann", "bob"))

CASES = (
    Case("three", "fires", (roles(*CHIEFS),), (SUBJECT,), severity={SUBJECT: "low"}, says=("3 superusers may log in: postgres, ann, bob",)),
    Case("one cannot log in", "silent", (roles(*CHIEFS[:2], role("owner", is_superuser=True, can_login=False)),)),
    Case("two", "threshold", (roles(*CHIEFS[:2], role()),)),
    Case("two, when one is enough", "threshold", (roles(*CHIEFS[:2]),), (SUBJECT,), overrides={"superusers_max": 1}),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
