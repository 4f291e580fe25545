"""Cases of `queries/count_for_existence`."""

from cases.case import Case, gap
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

ANY = "SELECT count(*) > $1 FROM orders WHERE customer_id = $2"

CASES = (
    Case("in the output", "fires", (heavy(ANY),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("in a condition", "fires",
         (heavy("SELECT name FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > $1"),), (SUBJECT,)),
    Case("within CASE", "fires", (heavy("SELECT CASE WHEN count(*) > $1 THEN $2 ELSE $3 END FROM orders"),), (SUBJECT,)),
    Case("the number itself", "silent", (heavy("SELECT count(*) FROM orders"),)),
    Case("groups by their size", "silent", (heavy("SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > $1"),)),
    Case("stopped by a limit", "silent", (heavy("SELECT (SELECT count(*) FROM orders LIMIT $1) > $2"),)),
    Case("a hundred blocks", "threshold", (heavy(ANY, shared_blocks_hit=100_000),), (SUBJECT,)),
    Case("fewer blocks", "threshold", (heavy(ANY, shared_blocks_hit=99_999),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
