"""Cases of `plans/join_without_index`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "a hash join", "fires", (recorded("unindexed join", "json v1"),), (SUBJECT,), says=("order_id",), engine=MYSQL
    ),
    Case(
        "TREE", "fires", (recorded("unindexed join", "analyze tree"),), (SUBJECT,), says=("read whole",), engine=MYSQL
    ),
    Case("MariaDB's join buffer", "fires", (recorded("unindexed join", "mariadb json"),), (SUBJECT,), engine=MARIADB),
    Case("an index serves it", "silent", (recorded("nested loop", "json v1"),), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (recorded("unindexed join", "json v1"),),
        (SUBJECT,),
        overrides={"rows_min": 19108},
        engine=MYSQL,
    ),
    Case(
        "below it", "threshold", (recorded("unindexed join", "json v1"),), overrides={"rows_min": 19109}, engine=MYSQL
    ),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
