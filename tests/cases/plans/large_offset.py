"""Cases of `plans/large_offset`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.snapshot import Engine


def _limit(made: float, given: float) -> Plans:
    return plans(node(NodeKind.LIMIT, scan(rows=made), rows=given))


CASES = (
    Case("a deep page", "fires", (_limit(100_020, 20),), (SUBJECT,), says=("makes and skips 100,000 rows to give 20",)),
    Case("the first page", "silent", (_limit(20, 20),)),
    Case("at the thresholds", "threshold", (_limit(1100, 100),), (SUBJECT,)),
    Case("below the floor", "threshold", (_limit(1098, 99),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
    Case(
        "MySQL prints the offset",
        "fires",
        (recorded("deep offset", "tree"),),
        (SUBJECT,),
        says=("skips 15,000 rows",),
        engine=Engine.MYSQL,
    ),
    Case("JSON of version 2", "fires", (recorded("deep offset", "json v2"),), (SUBJECT,), engine=Engine.MYSQL),
)
