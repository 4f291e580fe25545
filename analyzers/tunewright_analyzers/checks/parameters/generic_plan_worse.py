"""`parameters/generic_plan_worse`: reads Plans, Settings, Statements; says where a generic plan is much dearer than a custom one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import Plan, PlanNode, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.parameters.change import for_role, for_statement, override_of
from tunewright_analyzers.plans.faults import subject_of, weight

_PARAMETER = re.compile(r"\$\d+")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much worse."""

    cost_ratio: float = threshold(3.0, "ratio", "Cost of the generic plan by cost of the custom one.")
    misestimate: float = threshold(
        10.0, "ratio", "Actual by estimated rows, or the other way round, somewhere in the generic plan."
    )


def _conditions(node: PlanNode) -> str:
    parts = (node.index_condition, node.recheck_condition, node.filter, node.hash_condition, node.join_filter)
    return " ".join(part for part in parts if part)


def is_generic(plan: Plan) -> bool:
    """Whether its conditions hold parameters ($1): of a custom plan they are constants, which stand redacted as `?`."""
    texts = [_conditions(node) for node in plan.root.walk()]
    return any(_PARAMETER.search(text) for text in texts) and not any("?" in text for text in texts)


def _misestimate(plan: Plan) -> float:
    def off(node: PlanNode) -> float:
        if node.actual_rows is None:
            return 1.0
        factor = max(node.actual_rows, 1.0) / max(node.estimated_rows, 1.0)
        return max(factor, 1 / factor)

    return max(off(node) for node in plan.root.walk())


def _pairs(plans: Plans) -> Iterator[tuple[StatementPlan, StatementPlan]]:
    """The generic plan that ran, and the cheapest custom one of the same statement and another shape."""
    for row in plans.rows:
        if (
            row.origin not in {PlanOrigin.AUTO_EXPLAIN, PlanOrigin.FILE}
            or not row.plan.executed
            or not is_generic(row.plan)
        ):
            continue
        others = [
            other
            for other in plans.rows
            if (other.statement_id, other.database) == (row.statement_id, row.database)
            and other.origin in {PlanOrigin.SAMPLE, PlanOrigin.AUTO_EXPLAIN}
            and not is_generic(other.plan)
            and other.plan.shape != row.plan.shape
        ]
        if others:
            yield row, min(others, key=lambda other: other.plan.root.cost.total)


@check(needs=(Plans, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def generic_plan_worse(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Prepared statements whose generic plan, made without knowing the parameters, is much dearer than a plan made with them.

    Risk: after five executions the server may keep the generic plan, and the statement gets slow for values that are unlike the average.
    Evidence: an executed generic plan whose rows are estimated wrongly, and a custom plan of another shape at a fraction of its cost.
    Remedy: plan_cache_mode = force_custom_plan for the statement, or for the role that runs it.
    False positives: a sample with an untypical value; planning each time costs what the generic plan saves.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    if settings.text("plan_cache_mode", "auto") != "auto":
        return
    section = context.window.section(Statements)
    for generic, custom in _pairs(context.window.need(Plans)):
        off, ratio = _misestimate(generic.plan), generic.plan.root.cost.total / max(custom.plan.root.cost.total, 1e-9)
        if off < limits.misestimate or ratio < limits.cost_ratio:
            continue
        found = context.finding(
            subject_of(generic),
            weight(context.window, generic),
            f"The generic plan of statement {generic.statement_id} costs {ratio:,.0f} times what its custom plan costs, and its rows are {off:,.0f} "
            "times off.",
            Evidence("cost of the generic plan", generic.plan.root.cost.total, "cost", "auto_explain"),
            Evidence("cost of the custom plan", custom.plan.root.cost.total, "cost", custom.origin.value),
            Evidence("rows off in the generic plan", round(off, 1), "ratio", "auto_explain: actual by estimated rows"),
        )
        yield found
        roles = {row.key.user for row in section.rows if row.id == generic.statement_id} if section else set()
        role = roles.pop() if len(roles) == 1 else None
        if role is not None and override_of(settings, role, "plan_cache_mode"):
            continue
        effect, wanted = "each execution is planned with its own values", "force_custom_plan"
        yield from context.parameters(
            found,
            for_role(settings, role, "plan_cache_mode", wanted, effect=effect)
            if role is not None
            else for_statement(settings, generic.statement_id, "plan_cache_mode", wanted, effect=effect),
            risk="Every execution of a prepared statement is planned anew: short statements spend more time on planning.",
        )
