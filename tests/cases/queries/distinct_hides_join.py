"""Cases of `queries/distinct_hides_join`."""

from cases.case import Case, gap
from cases.queries.facts import SHOP, SUBJECT, shop
from tunewright_analyzers.facts.statements import Statements

BUYERS = "SELECT DISTINCT c.id, c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total > $1"

CASES = (
    Case("customers who bought", "fires", shop(BUYERS), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.total > $1 AND o.customer_id = c.id);",)),
    Case("found, but not rewritten", "fires",
         shop("SELECT DISTINCT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > random()"), (SUBJECT,)),
    Case("without the key", "silent", shop("SELECT DISTINCT c.name FROM customers c JOIN orders o ON o.customer_id = c.id")),
    Case("of both tables", "silent", shop("SELECT DISTINCT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id")),
    Case("no join", "silent", shop("SELECT DISTINCT id, name FROM customers")),
    Case("DISTINCT ON", "silent", shop("SELECT DISTINCT ON (c.id) c.id FROM customers c JOIN orders o ON o.customer_id = c.id")),
    Case("a hundred calls", "threshold", shop(BUYERS, calls=100), (SUBJECT,)),
    Case("few calls", "threshold", shop(BUYERS, calls=99)),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
