"""Cases of `security/unused_role`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import ago, statement, statements
from cases.security.facts import group, role, roles
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.statements import StatementKey, Statements

SUBJECT = "role old"
OTHERS = statements(statement())
OWN = replace(statement(), key=StatementKey("shop", "old", "1"))

CASES = (
    Case("two months without a statement", "fires", (roles(role(), role("old")), OTHERS), (SUBJECT,), severity={SUBJECT: "low"},
         says=("no statement in 60 days",), statements=("ALTER ROLE old NOLOGIN;",)),
    Case("a superuser", "fires", (roles(role("old", is_superuser=True)), OTHERS), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("it ran one", "silent", (roles(role("old")), statements(OWN))),
    Case("it is connected", "silent", (roles(role("old"), group("old")), OTHERS)),
    Case("it replicates", "silent", (roles(role("old", replicates=True)), OTHERS)),
    Case("it cannot log in", "silent", (roles(role("old", can_login=False)), OTHERS)),
    Case("the service's, ours, the first superuser", "silent", (roles(role("rdsadmin"), role("tunewright"), role("postgres")), OTHERS)),
    Case("a month", "threshold", (roles(role("old")), statements(statement(), reset_at=ago(days=30))), (SUBJECT,)),
    Case("less than a month", "gap", (roles(role("old")), statements(statement(), reset_at=ago(days=29)))),
    Case("not known since when", "gap", (roles(role("old")), statements(statement(), reset_at=None))),
    Case("statements were forgotten", "gap", (roles(role("old")), statements(statement(), evicted=3))),
    Case("statements hidden", "gap", (roles(role("old")), OTHERS), gaps=(gap(Statements, "50 rows are hidden"),)),
    Case("roles unread", "gap", (OTHERS,), gaps=(gap(Roles),)),
)  # fmt: skip
