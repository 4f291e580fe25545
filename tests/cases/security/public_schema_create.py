"""Cases of `security/public_schema_create`."""

from cases.case import Case, gap
from cases.security.facts import public
from tunewright_analyzers.facts.roles import Privileges

SUBJECT = "schema public in shop"

CASES = (
    Case("everybody creates", "fires", (public("CREATE", kind="schema", name=None),), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("REVOKE CREATE ON SCHEMA public FROM PUBLIC;",)),
    Case("nobody does", "silent", (Privileges(),)),
    Case("a table", "silent", (public("SELECT"),)),
    Case("privileges unread", "gap", gaps=(gap(Privileges),)),
)  # fmt: skip
