"""Cases of `parameters/statements_evicted`."""

from cases.case import Case, gap
from cases.facts import statement, statements
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "setting pg_stat_statements.max"

CASES = (
    Case(
        "ten an hour",
        "fires",
        (statements(statement(), evicted=240),),
        (SUBJECT,),
        statements=("ALTER SYSTEM SET pg_stat_statements.max = 10000;",),
    ),
    Case("none", "silent", (statements(statement()),)),
    Case("one an hour", "threshold", (statements(statement(), evicted=24),), (SUBJECT,)),
    Case("fewer", "threshold", (statements(statement(), evicted=23),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)
