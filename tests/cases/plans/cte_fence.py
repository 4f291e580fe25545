"""Cases of `plans/cte_fence`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _cte(kept: float, removed: float) -> Plans:
    return plans(node(NodeKind.CTE_SCAN, rows=kept, rows_removed_by_filter=removed, cte="recent", filter="(id = ?)"))


CASES = (
    Case(
        "nearly all thrown away",
        "fires",
        (_cte(1, 200_000),),
        (SUBJECT,),
        says=("CTE recent is made whole, then 200,000 of its rows",),
    ),
    Case("most kept", "silent", (_cte(200_000, 10_000),)),
    Case("at the thresholds", "threshold", (_cte(1111, 10_000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_cte(1, 9999),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
