"""Cases of `queries/union_for_union_all`."""

from cases.case import Case, gap
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

WITHIN = "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders UNION SELECT customer_id FROM carts)"
OUTERMOST = "SELECT id FROM orders UNION SELECT id FROM carts"

CASES = (
    Case("within IN", "fires", (heavy(WITHIN),), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("IN (SELECT customer_id FROM orders UNION ALL SELECT customer_id FROM carts);",)),
    Case("outermost, many rows", "fires", (heavy(OUTERMOST, rows=10**9),), (SUBJECT,), severity={SUBJECT: "info"}),
    Case("UNION ALL", "silent", (heavy(WITHIN.replace("UNION", "UNION ALL")),)),
    Case("a page of it within IN", "silent", (heavy(WITHIN.replace("carts)", "carts LIMIT $1)")),)),
    Case("10,000 rows a call", "threshold", (heavy(OUTERMOST, rows=10_000_000),), (SUBJECT,)),
    Case("fewer rows", "threshold", (heavy(OUTERMOST, rows=9_999_000),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
