"""Cases of `parameters/statements_unbounded`."""

from cases.case import Case, gap
from cases.facts import settings, statement, statements
from tunewright_analyzers.facts.settings import RoleSetting
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app"
USUAL = statement(calls=1_000_000, max_exec_seconds=0.5)
RUNAWAY = statement("aaaaaaaaaaaaaaaa", calls=3, max_exec_seconds=4000.0)
EDGE = statement("aaaaaaaaaaaaaaaa", calls=3, max_exec_seconds=300.0)

CASES = (
    Case("an hour, once", "fires", (statements(USUAL, RUNAWAY), settings()), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER ROLE app SET statement_timeout = '1min';",)),
    Case("the server has a timeout", "silent", (statements(USUAL, RUNAWAY), settings(statement_timeout="60000"))),
    Case("the role has one", "silent", (statements(USUAL, RUNAWAY), settings(RoleSetting(None, "app", "statement_timeout", "5min")))),
    Case("long ones are usual", "silent", (statements(USUAL, statement("aaaaaaaaaaaaaaaa", calls=2000, max_exec_seconds=4000.0)), settings())),
    Case("five minutes", "threshold", (statements(USUAL, EDGE), settings()), (SUBJECT,)),
    Case("a hundred times as usual", "threshold", (statements(statement(calls=10**6, max_exec_seconds=3.1), EDGE), settings())),
    Case("few calls", "threshold", (statements(statement(calls=9_996, max_exec_seconds=0.5), EDGE), settings())),
    Case("enough", "threshold", (statements(statement(calls=9_997, max_exec_seconds=0.5), EDGE), settings()), (SUBJECT,)),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)  # fmt: skip
