"""Cases of `security/unused_row_security_bypass`."""

from cases.case import Case, gap
from cases.facts import ago, settings
from cases.security.duties import SHOP, guarded, ran
from cases.security.facts import role, roles
from tunewright_analyzers.facts.roles import Privileges
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app"
FREE = roles(role(bypasses_row_security=True))
READS = "SELECT total FROM orders WHERE id = $1"

CASES = (
    Case("no guarded table in its statements", "fires", (FREE, ran(READS, "BEGIN"), guarded("customers"), SHOP, settings()), (SUBJECT,),
         severity={SUBJECT: "low"}, says=("touched one of the 1 tables with row security",), statements=("ALTER ROLE app NOBYPASSRLS;",)),
    Case("no guarded table at all", "fires", (FREE, ran(READS), guarded(), SHOP, settings()), (SUBJECT,)),
    Case("it reads one", "silent", (FREE, ran(READS), guarded("orders"), SHOP, settings())),
    Case("it writes one", "silent", (FREE, ran("DELETE FROM orders WHERE id = $1"), guarded("orders"), SHOP, settings())),
    Case("it dumps one", "silent", (FREE, ran("COPY public.orders TO STDOUT"), guarded("orders"), SHOP, settings())),
    Case("it calls a procedure", "silent", (FREE, ran(READS, "CALL nightly()"), guarded(), SHOP, settings())),
    Case("a text is missing", "silent", (FREE, ran(None), guarded(), SHOP, settings())),
    Case("a superuser has it anyway", "silent",
         (roles(role(bypasses_row_security=True, is_superuser=True)), ran(READS), guarded(), SHOP, settings())),
    Case("a month", "threshold", (FREE, ran(READS, reset_at=ago(days=30)), guarded(), SHOP, settings()), (SUBJECT,)),
    Case("less than a month", "gap", (FREE, ran(READS, reset_at=ago(days=29)), guarded(), SHOP, settings())),
    Case("privileges unread", "gap", (FREE, ran(READS), SHOP, settings()), gaps=(gap(Privileges),)),
    Case("statements unread", "gap", (FREE, guarded(), SHOP, settings()), gaps=(gap(Statements),)),
)  # fmt: skip
