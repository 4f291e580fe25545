"""Cases of `queries/correlated_subquery`."""

from cases.case import Case, gap
from cases.queries.facts import SHOP, SUBJECT, shop
from tunewright_analyzers.facts.statements import Statements

SUMS = "SELECT c.name, (SELECT sum(o.total) FROM orders o WHERE o.customer_id = c.id) AS spent FROM customers c"
MANY = {"calls": 10, "rows": 1000}

CASES = (
    Case("a sum for each of all rows", "fires", shop(SUMS, **MANY), (SUBJECT,), severity={SUBJECT: "low"},
         says=("looks into public.orders once for each of its 100 rows",), statements=("LEFT JOIN", "GROUP BY o.customer_id")),
    Case("of some rows: not rewritten", "fires", shop(f"{SUMS} WHERE c.name = $1", **MANY), (SUBJECT,)),
    Case("not correlated", "silent", shop("SELECT c.name, (SELECT max(total) FROM orders WHERE id = $1) FROM customers c", **MANY)),
    Case("a join", "silent", shop("SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY 1", **MANY)),
    Case("fewer rows", "threshold", shop(SUMS, calls=10, rows=999)),
    Case("fewer calls", "threshold", shop(SUMS, calls=9, rows=9000)),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
