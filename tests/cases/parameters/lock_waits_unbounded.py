"""Cases of `parameters/lock_waits_unbounded`."""

from cases.case import Case, gap
from cases.facts import busy, load, settings, statement, statements
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, SessionLoad
from tunewright_analyzers.facts.settings import RoleSetting

SUBJECT = "role migrator"
DDL = statements(statement("aaaaaaaaaaaaaaaa", kind="utility"), statement())


def _waits(samples: int, identity: str = "aaaaaaaaaaaaaaaa") -> SessionLoad:
    return busy(samples, user="migrator", statement_id=StatementId(identity), wait_type="Lock", wait_event="relation")


CASES = (
    Case("ALTER TABLE waits a minute", "fires", (load(_waits(60)), DDL, settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("60 s",),
         statements=("ALTER ROLE migrator SET lock_timeout = '5s';",)),
    Case("an UPDATE waits", "silent", (load(_waits(60, "50fde20626009aba")), DDL, settings())),
    Case("the role has a timeout", "silent", (load(_waits(60)), DDL, settings(RoleSetting(None, "migrator", "lock_timeout", "3s")))),
    Case("the server has one", "silent", (load(_waits(60)), DDL, settings(lock_timeout="3000"))),
    Case("ten seconds", "threshold", (load(_waits(10)), DDL, settings()), (SUBJECT,)),
    Case("fewer", "threshold", (load(_waits(9)), DDL, settings())),
    Case("samples unread", "gap", (DDL, settings()), gaps=(gap(ActiveSessions),)),
)  # fmt: skip
