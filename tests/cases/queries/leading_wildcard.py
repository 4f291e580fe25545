"""Cases of `queries/leading_wildcard`. pg_stat_statements numbers constants behind the statement's own parameters."""

from cases.case import Case, gap
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

WITHIN = "SELECT id FROM customers WHERE name LIKE $2 || $1 || $3"

CASES = (
    Case("'%' || $1 || '%'", "fires", (heavy(WITHIN),), (SUBJECT,), severity={SUBJECT: "low"}, says=("searches within name",)),
    Case("'%' || a column", "fires", (heavy("SELECT 1 FROM customers c, words w WHERE c.name ILIKE $1 || w.word"),), (SUBJECT,)),
    Case("$1 || '%'", "silent", (heavy("SELECT id FROM customers WHERE name LIKE $1 || $2"),)),
    Case("one parameter", "silent", (heavy("SELECT id FROM customers WHERE name LIKE $1"),)),
    Case("a hundred calls", "threshold", (heavy(WITHIN, calls=100),), (SUBJECT,)),
    Case("few calls", "threshold", (heavy(WITHIN, calls=99),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
