"""Cases of `parameters/generic_plan_worse`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import settings, statement, statements
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanOrigin, Plans


def _plans(generic: float = 9000.0, actual: float = 50_000.0, *, custom: bool = True) -> Plans:
    """A generic sequential scan that ran, and a custom index scan that costs 100."""
    slow = scan(rows=actual, estimated_rows=100.0, filter="(city = $1)", cost=Cost(0.0, generic))
    quick = scan(
        NodeKind.INDEX_SCAN,
        label="Index Scan",
        index="orders_city",
        rows=None,
        index_condition="(city = ?)",
        cost=Cost(0.0, 100.0),
    )
    ran, sampled = plans(slow), plans(quick, origin=PlanOrigin.SAMPLE)
    return Plans((*ran.rows, *(sampled.rows if custom else ())))


KNOWN = replace(_plans().rows[0], plan=_plans().rows[1].plan, origin=PlanOrigin.AUTO_EXPLAIN)

CASES = (
    Case("ninety times", "fires", (_plans(), settings(), statements(statement())), (SUBJECT,),
         statements=("ALTER ROLE app SET plan_cache_mode = 'force_custom_plan';",)),
    Case("nobody knows whose it is", "fires", (_plans(), settings()), (SUBJECT,), statements=("SET LOCAL plan_cache_mode = 'force_custom_plan';",)),
    Case("no custom plan is known", "silent", (_plans(custom=False), settings())),
    Case("decided already", "silent", (_plans(), settings(plan_cache_mode="force_custom_plan"))),
    Case("custom plans only", "silent", (Plans((KNOWN,)), settings())),
    Case("three times the cost", "threshold", (_plans(300.0), settings()), (SUBJECT,)),
    Case("less", "threshold", (_plans(299.0), settings())),
    Case("ten times off", "threshold", (_plans(actual=1000.0), settings()), (SUBJECT,)),
    Case("less off", "threshold", (_plans(actual=999.0), settings())),
    Case("plans unread", "gap", (settings(),), gaps=(gap(Plans),)),
)  # fmt: skip
