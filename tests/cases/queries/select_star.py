"""Cases of `queries/select_star`."""

from cases.case import Case, gap
from cases.facts import column, schema
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements

WIDE = schema(*(column("orders", f"c{at}", position=at) for at in range(1, 21)), column("small", "id"))
NARROW = schema(*(column("orders", f"c{at}", position=at) for at in range(1, 20)))

CASES = (
    Case("all of twenty columns", "fires", (heavy("SELECT * FROM orders WHERE c1 = $1"), WIDE), (SUBJECT,), severity={SUBJECT: "low"},
         says=("all 20 columns of public.orders",)),
    Case("by alias", "fires", (heavy("SELECT o.* FROM small s JOIN orders o ON o.c1 = s.id"), WIDE), (SUBJECT,)),
    Case("of the small one", "silent", (heavy("SELECT s.*, o.c1 FROM small s JOIN orders o ON o.c1 = s.id"), WIDE)),
    Case("within EXISTS", "silent", (heavy("SELECT id FROM small s WHERE EXISTS (SELECT * FROM orders o WHERE o.c1 = s.id)"), WIDE)),
    Case("count(*)", "silent", (heavy("SELECT count(*) FROM orders"), WIDE)),
    Case("a text that is cut off", "silent", (heavy("SELECT * FROM orders WHERE c1 IN ($1, …"), WIDE)),
    Case("nineteen columns", "threshold", (heavy("SELECT * FROM orders"), NARROW)),
    Case("a hundred calls", "threshold", (heavy("SELECT * FROM orders", calls=100), WIDE), (SUBJECT,)),
    Case("few calls", "threshold", (heavy("SELECT * FROM orders", calls=99), WIDE)),
    Case("little time", "threshold", (heavy("SELECT * FROM orders", exec_seconds=0.99), WIDE)),
    Case("statements unread", "gap", (WIDE,), gaps=(gap(Statements),)),
    Case("schema unread", "gap", (heavy("SELECT * FROM orders"),), gaps=(gap(Schema),)),
)  # fmt: skip
