"""Cases of `parameters/statements_evicted`."""

from cases.case import Case, gap
from cases.facts import settings, statement, statements
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "setting pg_stat_statements.max"

CASES = (
    Case(
        "ten an hour",
        "fires",
        (
            statements(statement(), evicted=240),
            settings(),
        ),
        (SUBJECT,),
        statements=("ALTER SYSTEM SET pg_stat_statements.max = '10000';",),
    ),
    Case("none", "silent", (statements(statement()), settings())),
    Case("one an hour", "threshold", (statements(statement(), evicted=24), settings()), (SUBJECT,)),
    Case("fewer", "threshold", (statements(statement(), evicted=23), settings())),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)
