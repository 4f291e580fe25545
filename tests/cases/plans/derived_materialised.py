"""Cases of `plans/derived_materialised`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "a grouped subquery",
        "fires",
        (recorded("derived", "analyze tree"),),
        (SUBJECT,),
        says=("t is made whole",),
        engine=MYSQL,
    ),
    Case("JSON", "fires", (recorded("derived", "json v1"),), (SUBJECT,), engine=MYSQL),
    Case("a view", "fires", (recorded("view", "analyze tree"),), (SUBJECT,), engine=MYSQL),
    Case("a semi-join makes its own table", "silent", (recorded("semi join", "tree"),), engine=MYSQL),
    Case("MariaDB runs it for the rows wanted", "silent", (recorded("derived", "mariadb json"),), engine=MARIADB),
    Case(
        "at the threshold",
        "threshold",
        (recorded("derived", "analyze tree"),),
        (SUBJECT,),
        overrides={"rows_min": 30000},
        engine=MYSQL,
    ),
    Case("below it", "threshold", (recorded("derived", "analyze tree"),), overrides={"rows_min": 30001}, engine=MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
