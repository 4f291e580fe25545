"""Cases of `parameters/parallel_workers_short`."""

from cases.case import Case, gap
from cases.facts import host, settings
from cases.nodes import node, plans
from tunewright_analyzers.facts.plans import NodeKind, Plans

SUBJECT = "setting max_parallel_workers"


def _gathers(count: int, planned: int = 2, launched: int = 1) -> Plans:
    one = plans(node(NodeKind.GATHER, workers_planned=planned, workers_launched=launched)).rows[0]
    return Plans((one,) * count)


FOUR = settings(max_parallel_workers="2")

CASES = (
    Case("half of them, CPU idle", "fires", (_gathers(8), FOUR, host()), (SUBJECT,), severity={SUBJECT: "low"}, says=("8 of 16",),
         statements=("ALTER SYSTEM SET max_parallel_workers = '4';",)),
    Case("half of them, CPU busy", "fires", (_gathers(8), FOUR, host(cpu_ratio=0.9)), (SUBJECT,),
         statements=("ALTER SYSTEM SET max_parallel_workers_per_gather = '1';",)),
    Case("the machine is not known", "fires", (_gathers(8), FOUR), (SUBJECT,), statements=("max_parallel_workers_per_gather = '1'",)),
    Case("all of them", "silent", (_gathers(8, launched=2), FOUR)),
    Case("five plans", "threshold", (_gathers(5), FOUR), (SUBJECT,)),
    Case("four", "threshold", (_gathers(4), FOUR)),
    Case("70 %", "threshold", (_gathers(8, planned=10, launched=7), FOUR)),
    Case("plans unread", "gap", (settings(),), gaps=(gap(Plans),)),
)  # fmt: skip
