"""Cases of `plans/sort_spill`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans

MB = 1024**2


def _sort(size: int, where: str = "Disk") -> Plans:
    return plans(
        node(
            NodeKind.SORT,
            scan(),
            rows=100_000,
            width_bytes=100,
            sort_space_bytes=size,
            sort_space_type=where,
            sort_keys=("total",),
            label="Sort",
        )
    )


CASES = (
    Case(
        "to disk",
        "fires",
        (_sort(12 * MB),),
        (SUBJECT,),
        says=("by total wrote 12.0 MB to disk; about 24 MB",),
        statements=("SET LOCAL work_mem = '24MB';",),
    ),
    Case("in memory", "silent", (_sort(12 * MB, "Memory"),)),
    Case("at the floor", "threshold", (_sort(MB),), (SUBJECT,)),
    Case("below the floor", "threshold", (_sort(MB - 1),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
