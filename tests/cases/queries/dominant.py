"""Cases of `queries/dominant`."""

from cases.case import Case, gap
from cases.facts import statement, statements
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "statement 50fde20626009aba in shop"
OTHER = statement("aaaaaaaaaaaaaaaa", exec_seconds=70.0)

CASES = (
    Case("half of all time", "fires", (statements(statement(exec_seconds=140.0), OTHER),), (SUBJECT, "statement aaaaaaaaaaaaaaaa in shop"),
         says=("67%",)),
    Case("our own", "silent", (statements(statement(exec_seconds=100.0, own=True)),)),
    Case("little work in all", "silent", (statements(statement()),)),
    Case("at the share", "threshold", (statements(statement(exec_seconds=30.0), OTHER),), (SUBJECT, "statement aaaaaaaaaaaaaaaa in shop")),
    Case("below the share", "threshold", (statements(statement(exec_seconds=29.9), OTHER),), ("statement aaaaaaaaaaaaaaaa in shop",)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
