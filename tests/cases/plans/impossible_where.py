"""Cases of `plans/impossible_where`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB

CASES = (
    Case("JSON", "fires", (recorded("impossible", "json v1"),), (SUBJECT,), says=("Impossible WHERE",), engine=MYSQL),
    Case("TREE", "fires", (recorded("impossible", "tree"),), (SUBJECT,), engine=MYSQL),
    Case("JSON of version 2", "fires", (recorded("impossible", "json v2"),), (SUBJECT,), engine=MYSQL),
    Case("MariaDB", "fires", (recorded("impossible", "mariadb json"),), (SUBJECT,), engine=MARIADB),
    Case("no table at all", "silent", (recorded("no table", "json v1"),), engine=MYSQL),
    Case("no plans", "gap", gaps=(gap(Plans),), engine=MYSQL),
)
