"""Cases of `plans/temporary_table`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import around, recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case(
        "a grouping",
        "fires",
        (recorded("group temporary", "analyze tree"),),
        (SUBJECT,),
        says=("30,000 rows go into a temporary table",),
        engine=MYSQL,
    ),
    Case("DISTINCT over a join", "fires", (recorded("distinct", "json v1"),), (SUBJECT,), engine=MYSQL),
    Case("MariaDB", "fires", (recorded("group temporary", "mariadb analyze json"),), (SUBJECT,), engine=MARIADB),
    Case("groups in order of an index", "silent", (recorded("derived", "tree"),), engine=MYSQL),
    Case("a derived table is another check", "silent", (recorded("semi join", "json v1"),), engine=MYSQL),
    *around("rows_min", 30000, "group temporary", "analyze tree", MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
