"""Cases of `queries/limit_missing`."""

from cases.case import Case, gap
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

ALL = "SELECT id FROM orders WHERE status = $1"

CASES = (
    Case("50,000 rows a call", "fires", (heavy(ALL, rows=50_000_000),), (SUBJECT,), severity={SUBJECT: "low"}, says=("gives 50,000 rows a call",)),
    Case("limited", "silent", (heavy(f"{ALL} LIMIT $2", rows=50_000_000),)),
    Case("a write", "silent", (heavy("UPDATE orders SET status = $1", kind="update", rows=50_000_000),)),
    Case("10,000 rows", "threshold", (heavy(ALL, rows=10_000_000),), (SUBJECT,)),
    Case("fewer rows", "threshold", (heavy(ALL, rows=9_999_999),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
