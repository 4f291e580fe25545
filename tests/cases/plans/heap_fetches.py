"""Cases of `plans/heap_fetches`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _scan(fetches: float, rows: float) -> Plans:
    return plans(
        scan(NodeKind.INDEX_ONLY_SCAN, rows=rows, heap_fetches=fetches, index="orders_status", label="Index Only Scan")
    )


CASES = (
    Case(
        "every row fetched",
        "fires",
        (_scan(50_000, 50_000),),
        (SUBJECT,),
        statements=("VACUUM (ANALYZE) public.orders;",),
    ),
    Case("vacuumed", "silent", (_scan(0, 50_000),)),
    Case("at the thresholds", "threshold", (_scan(1000, 10_000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_scan(999, 1000),)),
    Case("below the share", "threshold", (_scan(1000, 10_001),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
