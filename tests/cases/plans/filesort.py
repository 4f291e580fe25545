"""Cases of `plans/filesort`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "a sort of a whole table",
        "fires",
        (recorded("filesort", "analyze tree"),),
        (SUBJECT,),
        says=("sorted by orders.total DESC, orders.note",),
        engine=MYSQL,
    ),
    Case("MariaDB", "fires", (recorded("filesort", "mariadb json"),), (SUBJECT,), engine=MARIADB),
    Case(
        "JSON prints no keys",
        "fires",
        (recorded("filesort", "json v1"),),
        (SUBJECT,),
        says=("no index gives the order",),
        engine=MYSQL,
    ),
    Case("the index gives the order", "silent", (recorded("full index scan", "json v1"),), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (recorded("filesort", "analyze tree"),),
        (SUBJECT,),
        overrides={"rows_min": 30000},
        engine=MYSQL,
    ),
    Case("below it", "threshold", (recorded("filesort", "analyze tree"),), overrides={"rows_min": 30001}, engine=MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
