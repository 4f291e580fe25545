"""Cases of `plans/trigger_time`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Plans, Trigger


def _write(seconds: float, whole: float) -> Plans:
    return plans(
        scan(),
        triggers=(Trigger("orders_customer_fkey", "orders", "orders_customer_fkey", seconds, 5000),),
        execution_seconds=whole,
    )


CASES = (
    Case(
        "a slow foreign-key check",
        "fires",
        (_write(0.9, 1.0),),
        (SUBJECT,),
        says=("900 ms of 1,000 ms", "orders_customer_fkey with 5,000 calls"),
    ),
    Case("quick", "silent", (_write(0.01, 1.0),)),
    Case("at the thresholds", "threshold", (_write(0.05, 0.2),), (SUBJECT,)),
    Case("below the floor", "threshold", (_write(0.049, 0.05),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
