"""Cases of `queries/temp_spill`."""

from cases.case import Case, gap
from cases.facts import settings, statement, statements
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "statement 50fde20626009aba in shop"

CASES = (
    Case("20 MB a call", "fires", (statements(statement(temp_blocks_written=2_560_000)), settings()), (SUBJECT,), severity={SUBJECT: "high"},
         says=("20.0 MB of temporary files a call",)),
    Case("in memory", "silent", (statements(statement()), settings())),
    Case("CREATE INDEX spills by right", "silent", (statements(statement(kind="utility", temp_blocks_written=10**6)), settings())),
    Case("at 1 MB a call", "threshold", (statements(statement(temp_blocks_written=128_000)), settings()), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("below 1 MB a call", "threshold", (statements(statement(temp_blocks_written=127_999)), settings())),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)  # fmt: skip
