"""Cases of `plans/range_replanned`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "JSON",
        "fires",
        (recorded("range per row", "json v1"),),
        (SUBJECT,),
        says=("planned anew for each outer row",),
        engine=MYSQL,
    ),
    Case("TREE", "fires", (recorded("range per row", "tree"),), (SUBJECT,), engine=MYSQL),
    Case("MariaDB", "fires", (recorded("range per row", "mariadb json"),), (SUBJECT,), engine=MARIADB),
    Case("a join by equality", "silent", (recorded("nested loop", "tree"),), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (recorded("range per row", "json v1"),),
        (SUBJECT,),
        overrides={"rows_min": 7178},
        engine=MYSQL,
    ),
    Case("below it", "threshold", (recorded("range per row", "json v1"),), overrides={"rows_min": 7179}, engine=MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
