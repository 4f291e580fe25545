"""Cases of `plans/full_index_scan`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import around, recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "a walk to give the order",
        "fires",
        (recorded("full index scan", "json v1"),),
        (SUBJECT,),
        says=("walks the whole index customer_id",),
        engine=MYSQL,
    ),
    Case("executed", "fires", (recorded("full index scan", "analyze tree"),), (SUBJECT,), engine=MYSQL),
    Case("MariaDB", "fires", (recorded("full index scan", "mariadb json"),), (SUBJECT,), engine=MARIADB),
    Case("below a LIMIT", "silent", (recorded("limit walks index", "analyze tree"),), engine=MYSQL),
    Case("a lookup", "silent", (recorded("nested loop", "json v1"),), engine=MYSQL),
    *around("rows_min", 30000, "full index scan", "analyze tree", MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
