"""Cases of `parameters/hash_batches`."""

from cases.case import Case, gap
from cases.facts import MB, settings
from cases.nodes import SUBJECT, node, plans
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans


def _hash(megabytes: float, batches: int = 2) -> PlanNode:
    return node(NodeKind.HASH, hash_batches=batches, peak_memory_bytes=round(megabytes * MB))


DISK = node(NodeKind.SORT, sort_space_type="Disk", sort_space_bytes=MB)

CASES = (
    Case("two batches of 5 MB at 4 MB", "fires", (plans(_hash(5)), settings()), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("SET LOCAL hash_mem_multiplier = '2.8';",)),
    Case("one batch", "silent", (plans(_hash(5, 1)), settings())),
    Case("a sort of the plan spills too", "silent", (plans(node(NodeKind.HASH_JOIN, _hash(5), DISK)), settings())),
    Case("a release without it", "silent", (plans(_hash(5)), settings(without=("hash_mem_multiplier",)))),
    Case("just three times work_mem", "threshold", (plans(_hash(5.45)), settings()), (SUBJECT,)),
    Case("more than that is work_mem's to mend", "threshold", (plans(_hash(5.6)), settings())),
    Case("plans unread", "gap", (settings(),), gaps=(gap(Plans),)),
)  # fmt: skip
