"""Cases of `plans/jit_cost`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Jit, Plans


def _jit(seconds: float | None, whole: float) -> Plans:
    return plans(scan(), jit=Jit(12, seconds), execution_seconds=whole)


CASES = (
    Case(
        "half of the time",
        "fires",
        (_jit(0.3, 0.6),),
        (SUBJECT,),
        says=("12 functions took 300 ms, 50%",),
        statements=("SET LOCAL jit = off;",),
    ),
    Case("a long statement", "silent", (_jit(0.3, 60.0),)),
    Case("not timed", "silent", (_jit(None, 0.6),)),
    Case("at the thresholds", "threshold", (_jit(0.05, 0.2),), (SUBJECT,)),
    Case("below the floor", "threshold", (_jit(0.049, 0.05),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
