"""Cases of `queries/not_in_subquery`."""

from cases.case import Case, gap
from cases.queries.facts import SHOP, SUBJECT, doubtful, heavy, shop
from tunewright_analyzers.facts.rewrites import RewriteCosts
from tunewright_analyzers.facts.statements import Statements

SURE = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE total > $1)"

CASES = (
    Case("a column that may be null", "fires", shop("SELECT name FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders)"), (SUBJECT,),
         severity={SUBJECT: "medium"}, says=("one NULL there empties its answer",)),
    Case("neither side may be null", "fires", shop(SURE), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("WHERE NOT EXISTS (SELECT 1 FROM orders WHERE total > $1 AND orders.customer_id = customers.id);",)),
    Case("with the planner's word", "fires", (*shop(SURE), RewriteCosts(())), (SUBJECT,), statements=("NOT EXISTS",)),
    Case("nulls are taken out", "fires",
         shop("SELECT name FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders WHERE coupon_id IS NOT NULL)"), (SUBJECT,),
         severity={SUBJECT: "low"}, statements=("NOT EXISTS",)),
    Case("not null, but not for old rows", "fires", (heavy(SURE), doubtful(SHOP)), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("NOT EXISTS", "silent", shop("SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.coupon_id = c.id)")),
    Case("IN", "silent", shop("SELECT name FROM customers WHERE id IN (SELECT coupon_id FROM orders)")),
    Case("a list", "silent", shop("SELECT name FROM customers WHERE id NOT IN ($1, $2)")),
    Case("an unknown table", "silent", shop("SELECT name FROM customers WHERE id NOT IN (SELECT x FROM somewhere)")),
    Case("a hundred calls", "threshold", shop(SURE, calls=100), (SUBJECT,)),
    Case("few calls", "threshold", shop(SURE, calls=99)),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
