"""Cases of `queries/or_across_tables`."""

from cases.case import Case, gap
from cases.queries.facts import SHOP, SUBJECT, shop
from tunewright_analyzers.facts.statements import Statements

JOIN = "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE "

CASES = (
    Case("two tables", "fires", shop(f"{JOIN}(c.name = $1 OR o.total > $2)"), (SUBJECT,), severity={SUBJECT: "low"},
         says=("public.customers.name OR public.orders.total",)),
    Case("one table", "silent", shop(f"{JOIN}(o.coupon_id = $1 OR o.total > $2)")),
    Case("AND", "silent", shop(f"{JOIN}c.name = $1 AND o.total > $2")),
    Case("an arm over both", "silent", shop(f"{JOIN}(c.name = $1 OR o.total > c.id)")),
    Case("a second of time", "threshold", shop(f"{JOIN}(c.name = $1 OR o.total > $2)", exec_seconds=1.0), (SUBJECT,)),
    Case("less than a second", "threshold", shop(f"{JOIN}(c.name = $1 OR o.total > $2)", exec_seconds=0.9)),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
