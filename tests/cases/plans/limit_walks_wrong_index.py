"""Cases of `plans/limit_walks_wrong_index`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.snapshot import Engine


def _walk(removed: float, found: float = 10, top: NodeKind = NodeKind.LIMIT) -> Plans:
    walked = scan(
        NodeKind.INDEX_SCAN,
        rows=found,
        rows_removed_by_filter=removed,
        index="orders_at",
        filter="(status = ?)",
        label="Index Scan",
    )
    return plans(node(top, walked, rows=found))


CASES = (
    Case(
        "a long walk",
        "fires",
        (_walk(400_000),),
        (SUBJECT,),
        says=("walks orders_at in order and throws 400,000 rows away to find 10",),
    ),
    Case("no LIMIT above", "silent", (_walk(400_000, top=NodeKind.AGGREGATE),)),
    Case("found soon", "silent", (_walk(50),)),
    Case("at the thresholds", "threshold", (_walk(10_000, 101),), (SUBJECT,)),
    Case("below the share", "threshold", (_walk(10_000, 102),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
    Case(
        "MySQL",
        "fires",
        (recorded("limit walks index", "analyze tree"),),
        (SUBJECT,),
        says=("walks created_at",),
        engine=Engine.MYSQL,
    ),
)
