"""Cases of `plans/hash_spill`."""

from cases.case import Case, gap
from cases.facts import settings
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans

MB = 1024**2


def _hash(batches: int, memory: int) -> Plans:
    return plans(node(NodeKind.HASH, scan(), hash_batches=batches, peak_memory_bytes=memory, label="Hash"))


CASES = (
    Case(
        "eight batches",
        "fires",
        (_hash(8, 4 * MB), settings(hash_mem_multiplier="2")),
        (SUBJECT,),
        statements=("SET LOCAL work_mem = '20MB';",),
    ),
    Case(
        "an aggregate on disk",
        "fires",
        (plans(node(NodeKind.HASH_AGGREGATE, scan(), peak_memory_bytes=4 * MB, disk_bytes=20 * MB)),),
        (SUBJECT,),
    ),
    Case("one batch", "silent", (_hash(1, 4 * MB),)),
    Case("at the thresholds", "threshold", (_hash(2, MB // 2),), (SUBJECT,)),
    Case("too small", "threshold", (_hash(2, MB // 2 - 1),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
