"""Cases of `plans/index_merge`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "an intersection",
        "fires",
        (recorded("index merge intersect", "analyze tree"),),
        (SUBJECT,),
        says=("one index on their columns",),
        engine=MYSQL,
    ),
    Case(
        "a union of two selective conditions", "silent", (recorded("index merge union", "analyze tree"),), engine=MYSQL
    ),
    Case("MariaDB chooses one index", "silent", (recorded("index merge intersect", "mariadb json"),), engine=MARIADB),
    Case(
        "at the threshold",
        "threshold",
        (recorded("index merge union", "analyze tree"),),
        (SUBJECT,),
        overrides={"rows_min": 87},
        engine=MYSQL,
    ),
    Case(
        "below it",
        "threshold",
        (recorded("index merge union", "analyze tree"),),
        overrides={"rows_min": 88},
        engine=MYSQL,
    ),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
