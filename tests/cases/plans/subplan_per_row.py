"""Cases of `plans/subplan_per_row`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _subplan(loops: float, seconds_a_loop: float, relationship: str = "SubPlan") -> Plans:
    inner = node(
        NodeKind.AGGREGATE,
        scan(),
        loops=loops,
        actual_total_seconds=seconds_a_loop,
        relationship=relationship,
        subplan="SubPlan 1",
    )
    return plans(scan(children=(inner,)))


CASES = (
    Case(
        "once a row",
        "fires",
        (_subplan(50_000, 0.0001),),
        (SUBJECT,),
        says=("SubPlan 1", "ran 50,000 times and took 5.00 s"),
    ),
    Case("an InitPlan runs once", "silent", (_subplan(1, 5.0, "InitPlan"),)),
    Case("cheap", "silent", (_subplan(50_000, 1e-8),)),
    Case("at the thresholds", "threshold", (_subplan(1000, 0.00005),), (SUBJECT,)),
    Case("below the runs", "threshold", (_subplan(999, 1.0),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
