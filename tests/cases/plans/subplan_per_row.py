"""Cases of `plans/subplan_per_row`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.snapshot import Engine


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
    Case(
        "MySQL's dependent subquery, not executed",
        "fires",
        (recorded("dependent exists", "json v1"),),
        (SUBJECT,),
        says=("about 400 runs",),
        overrides={"loops_min": 400},
        engine=Engine.MYSQL,
    ),
    Case(
        "fewer runs than that",
        "threshold",
        (recorded("dependent exists", "json v1"),),
        overrides={"loops_min": 401},
        engine=Engine.MYSQL,
    ),
    Case(
        "MariaDB's, executed",
        "fires",
        (recorded("dependent subquery", "mariadb analyze json"),),
        (SUBJECT,),
        overrides={"loops_min": 20, "seconds_min": 0.001},
        engine=Engine.MARIADB,
    ),
)
