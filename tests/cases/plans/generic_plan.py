"""Cases of `plans/generic_plan`."""

from dataclasses import replace
from typing import Any

from cases.case import NOW, Case, gap
from cases.facts import statement, statements
from cases.nodes import STATEMENT, SUBJECT, plans, scan
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Cost, Plan, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.plans.shape import shape


def _logged(
    actual: float = 5.0, expected: float = 5.0, condition: str = "(status = $1)", **changes: Any
) -> StatementPlan:
    return plans(scan(rows=actual, estimated_rows=expected, filter=condition, **changes)).rows[0]


def _planned(origin: PlanOrigin, cost: float) -> StatementPlan:
    root = replace(scan(rows=None), cost=Cost(0.0, cost))
    return StatementPlan(StatementId(STATEMENT), "shop", Plan(root, shape(root)), origin, NOW)


def _all(*rows: StatementPlan) -> Plans:
    return Plans(rows)


TWIN, CUSTOM = _planned(PlanOrigin.TWIN, 5000.0), _planned(PlanOrigin.SAMPLE, 40.0)
CASES = (
    Case("much dearer than a plan for sampled values", "fires", (_all(_logged(), TWIN, CUSTOM), statements(statement(STATEMENT))), (SUBJECT,),
         says=("costs 40 in place of 5,000",), statements=("ALTER ROLE app SET plan_cache_mode = 'force_custom_plan';",)),
    Case("a frequent value by the plan for any", "fires", (_all(_logged(50_000, 20)),), (SUBJECT,), says=("gave 50,000 rows where 20",)),
    Case("a plan made for the value", "silent", (_all(_logged(50_000, 20, "(status = ?::text)"), TWIN, CUSTOM),)),
    Case("nobody saw the server use it", "silent", (_all(TWIN, CUSTOM),)),
    Case("as cheap as the other", "silent", (_all(_logged(), TWIN, _planned(PlanOrigin.SAMPLE, 4000.0)),)),
    Case("the result of a subquery is written the same", "silent", (_all(_logged(50_000, 20, subplan="InitPlan 1")),)),
    Case("five times", "threshold", (_all(_logged(), TWIN, _planned(PlanOrigin.SAMPLE, 1000.0)),), (SUBJECT,)),
    Case("less", "threshold", (_all(_logged(), TWIN, _planned(PlanOrigin.SAMPLE, 1000.1)),)),
    Case("a hundred times the rows", "threshold", (_all(_logged(2000, 20)),), (SUBJECT,)),
    Case("fewer", "threshold", (_all(_logged(1999, 20)),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)  # fmt: skip
