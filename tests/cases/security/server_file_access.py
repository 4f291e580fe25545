"""Cases of `security/server_file_access`."""

from cases.case import Case, gap
from cases.security.facts import role, roles
from tunewright_analyzers.facts.roles import Roles

SUBJECT = "role app"

CASES = (
    Case("programs", "fires", (roles(role(member_of=("pg_execute_server_program",))),), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("REVOKE pg_execute_server_program FROM app;",)),
    Case("through another role", "fires",
         (roles(role(member_of=("loaders",)), role("loaders", can_login=False, member_of=("pg_read_server_files",))),),
         (SUBJECT,)),
    Case("monitoring", "silent", (roles(role(member_of=("pg_monitor",))),)),
    Case("a superuser has it anyway", "silent", (roles(role(is_superuser=True, member_of=("pg_read_server_files",))),)),
    Case("cannot log in", "silent", (roles(role(can_login=False, member_of=("pg_read_server_files",))),)),
    Case("each in the other", "silent", (roles(role("a", member_of=("b",)), role("b", member_of=("a",))),)),
    Case("roles unread", "gap", gaps=(gap(Roles),)),
)  # fmt: skip
