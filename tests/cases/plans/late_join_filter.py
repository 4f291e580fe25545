"""Cases of `plans/late_join_filter`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _join(kept: float, removed: float) -> Plans:
    return plans(
        node(
            NodeKind.NESTED_LOOP,
            scan(),
            scan(),
            rows=kept,
            join_filter="((a.x = b.x) OR (a.y = b.y))",
            rows_removed_by_join_filter=removed,
        )
    )


CASES = (
    Case(
        "nearly all in vain",
        "fires",
        (_join(10, 5_000_000),),
        (SUBJECT,),
        says=("throws 5,000,000 away by ((a.x = b.x) OR",),
    ),
    Case("most kept", "silent", (_join(50_000, 20_000),)),
    Case("at the thresholds", "threshold", (_join(1111, 10_000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_join(10, 9999),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
