"""Cases of `plans/workers_not_launched`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _gather(planned: int, launched: int | None) -> Plans:
    return plans(node(NodeKind.GATHER, scan(), workers_planned=planned, workers_launched=launched, label="Gather"))


CASES = (
    Case(
        "none to be had",
        "fires",
        (_gather(4, 0),),
        (SUBJECT,),
        severity={SUBJECT: "low"},
        says=("planned 4 workers and got 0",),
    ),
    Case("all there", "silent", (_gather(2, 2),)),
    Case("not executed", "silent", (_gather(2, None),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
