"""Cases of `queries/order_by_random`."""

from cases.case import Case, gap
from cases.facts import statement, statements
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

SHUFFLE = "SELECT id FROM orders ORDER BY random() LIMIT $1"
OTHER = statement("aaaaaaaaaaaaaaaa", exec_seconds=990.0, text="SELECT 1 FROM orders")

CASES = (
    Case("random()", "fires", (heavy(SHUFFLE),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("in a subquery, little of all time", "fires",
         (statements(statement(text=f"SELECT count(*) FROM ({SHUFFLE}) s", exec_seconds=10.0), OTHER),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("a random value", "silent", (heavy("SELECT random() FROM orders ORDER BY id"),)),
    Case("a hundred calls", "threshold", (heavy(SHUFFLE, calls=100),), (SUBJECT,)),
    Case("few calls", "threshold", (heavy(SHUFFLE, calls=99),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
