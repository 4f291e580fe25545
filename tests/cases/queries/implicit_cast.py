"""Cases of `queries/implicit_cast`."""

from cases.case import Case, gap
from cases.queries.facts import SHOP, SUBJECT, shop
from tunewright_analyzers.facts.statements import Statements

UNLIKE = "SELECT 1 FROM orders o JOIN customers c ON o.total = c.id"

CASES = (
    Case("numeric and integer", "fires", shop(UNLIKE), (SUBJECT,), severity={SUBJECT: "low"}, says=("public.orders.total (numeric)",)),
    Case("text and char", "fires", shop("SELECT 1 FROM customers a, customers b WHERE a.name = b.code"), (SUBJECT,)),
    Case("integer and bigint share a family", "silent", shop("SELECT 1 FROM orders o JOIN customers c ON o.id = c.id")),
    Case("cast by hand", "silent", shop("SELECT 1 FROM orders o JOIN customers c ON o.total::int = c.id")),
    Case("a parameter", "silent", shop("SELECT 1 FROM orders WHERE total = $1")),
    Case("a hundred calls", "threshold", shop(UNLIKE, calls=100), (SUBJECT,)),
    Case("few calls", "threshold", shop(UNLIKE, calls=99)),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
