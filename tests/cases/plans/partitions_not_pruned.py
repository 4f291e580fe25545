"""Cases of `plans/partitions_not_pruned`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.relations import RelationName


def _append(empty: int, full: int) -> Plans:
    members = [
        scan(rows=0.0 if at < empty else 5.0, relation=RelationName("shop", "public", f"p{at}"))
        for at in range(empty + full)
    ]
    return plans(node(NodeKind.APPEND, *members, rows=5.0 * full))


CASES = (
    Case("eleven of twelve empty", "fires", (_append(11, 1),), (SUBJECT,), says=("11 of 12 partitions",)),
    Case("all give rows", "silent", (_append(0, 12),)),
    Case("none gives a row", "silent", (_append(12, 0),)),
    Case("at the thresholds", "threshold", (_append(3, 1),), (SUBJECT,)),
    Case("too few partitions", "threshold", (_append(2, 1),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
