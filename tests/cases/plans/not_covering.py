"""Cases of `plans/not_covering`."""

from cases.case import Case, gap
from cases.facts import index, indexes
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Engine

MYSQL = Engine.MYSQL
LOOKUPS = recorded("distinct", "analyze json v2")
"""30,000 rows of orders looked up through customer_id for their status."""
CUSTOMER = index("customer_id", ("customer_id",))
KEY = index("PRIMARY", ("id",), is_primary=True, is_unique=True)

CASES = (
    Case(
        "one column is lacking",
        "fires",
        (LOOKUPS, indexes(CUSTOMER, KEY)),
        (SUBJECT,),
        says=("for status",),
        engine=MYSQL,
    ),
    Case(
        "the index holds it",
        "silent",
        (LOOKUPS, indexes(index("customer_id", ("customer_id", "status")), KEY)),
        engine=MYSQL,
    ),
    Case(
        "many columns are lacking", "silent", (recorded("nested loop", "json v2"), indexes(CUSTOMER, KEY)), engine=MYSQL
    ),
    Case(
        "at the threshold",
        "threshold",
        (LOOKUPS, indexes(CUSTOMER, KEY)),
        (SUBJECT,),
        overrides={"rows_min": 30_000},
        engine=MYSQL,
    ),
    Case("below it", "threshold", (LOOKUPS, indexes(CUSTOMER, KEY)), overrides={"rows_min": 30_001}, engine=MYSQL),
    Case("no plans", "gap", (indexes(),), gaps=(gap(Plans),), engine=MYSQL),
    Case("no indexes", "gap", (LOOKUPS,), gaps=(gap(Indexes),), engine=MYSQL),
)
