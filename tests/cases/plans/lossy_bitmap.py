"""Cases of `plans/lossy_bitmap`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _bitmap(exact: int, lossy: int) -> Plans:
    return plans(
        scan(NodeKind.BITMAP_HEAP_SCAN, exact_heap_blocks=exact, lossy_heap_blocks=lossy, label="Bitmap Heap Scan")
    )


CASES = (
    Case(
        "mostly lossy",
        "fires",
        (_bitmap(1000, 20_000),),
        (SUBJECT,),
        says=("20,000 of 21,000 blocks",),
        statements=("SET LOCAL work_mem = '1641kB';",),
    ),
    Case("exact", "silent", (_bitmap(20_000, 0),)),
    Case("at the thresholds", "threshold", (_bitmap(9000, 1000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_bitmap(0, 999),)),
    Case("below the share", "threshold", (_bitmap(9001, 1000),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
