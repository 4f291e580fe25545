"""`plans/generic_plan`: reads Plans and (for roles) Statements; says which statements run by a generic plan that suits their values badly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import Plan, PlanNode, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import quoted

_PARAMETER = re.compile(r"\$\d+")
_LOGGED, _TWIN = "auto_explain", "EXPLAIN on the twin"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the generic plan is much worse."""

    cost_ratio: float = threshold(
        5.0, "ratio", "Cost of the generic plan by that of a plan for sampled values, both on the twin."
    )
    rows_ratio: float = threshold(
        100.0, "ratio", "Rows that a node with a parameter gave, by those expected without knowing its value."
    )
    rows_min: float = threshold(1000, "rows", "Rows a loop that such a node must give.")


def _conditions(node: PlanNode) -> str:
    return " ".join(one for one in (node.filter, node.index_condition, node.recheck_condition) if one)


def _generic_nodes(plan: Plan) -> tuple[PlanNode, ...]:
    """Nodes whose conditions hold a parameter. None where a subplan is in the plan: before 17 its results are written `$n` too."""
    nodes = tuple(plan.root.walk())
    if any(node.subplan is not None for node in nodes):
        return ()
    return tuple(node for node in nodes if _PARAMETER.search(_conditions(node)))


def _misestimated(row: StatementPlan, limits: Thresholds) -> PlanNode | None:
    wrong = [
        node
        for node in _generic_nodes(row.plan)
        if (node.actual_rows or 0.0) >= limits.rows_min
        and (node.actual_rows or 0.0) >= limits.rows_ratio * max(1.0, node.estimated_rows)
    ]
    return max(wrong, key=lambda node: node.actual_rows or 0.0, default=None)


def _roles(context: Context[Thresholds], row: StatementPlan) -> tuple[str, ...]:
    section = context.window.section(Statements)
    rows = section.rows if section is not None else ()
    mine = {
        one.key.user
        for one in rows
        if one.id == row.statement_id and row.database in {"", one.key.database} and not one.own
    }
    return tuple(sorted(mine))


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def generic_plan(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Prepared statements whose generic plan is much worse than one made for the values.

    Risk: from its sixth execution on a prepared statement may run by one plan for all values; the rare ones and the frequent ones then share it.
    Evidence: a plan that the server logged with parameters in its conditions, and beside it the twin's costs of the generic form and of the form
    with sampled values (where sampling is allowed), or the rows that came against those expected.
    Remedy: plan_cache_mode = force_custom_plan for the role; or two statements for the two kinds of values.
    False positives: statements so short that planning each time costs more than it saves.
    """
    limits, rows = context.thresholds, context.window.need(Plans).rows
    told: set[Subject] = set()
    for row in rows:
        subject = Subject("statement", row.statement_id, row.database or None)
        if row.origin is not PlanOrigin.AUTO_EXPLAIN or subject in told or not _generic_nodes(row.plan):
            continue
        same = [one for one in rows if one.statement_id == row.statement_id and row.database in {"", one.database}]
        twin = next((one.plan.root.cost.total for one in same if one.origin is PlanOrigin.TWIN), None)
        custom = min((one.plan.root.cost.total for one in same if one.origin is PlanOrigin.SAMPLE), default=None)
        wrong = _misestimated(row, limits)
        dearer = twin is not None and custom is not None and twin >= limits.cost_ratio * max(custom, 0.01)
        if not dearer and wrong is None:
            continue
        told.add(subject)
        evidence = [Evidence("parameters in the logged plan", len(_generic_nodes(row.plan)), "count", _LOGGED)]
        said = []
        if dearer and twin is not None and custom is not None:
            evidence += [
                Evidence("cost of the generic plan", round(twin, 2), "cost", _TWIN),
                Evidence("cost for sampled values", round(custom, 2), "cost", _TWIN),
            ]
            said.append(f"a plan for sampled values costs {custom:,.0f} in place of {twin:,.0f}")
        if wrong is not None:
            evidence += [
                Evidence("rows expected without the value", round(wrong.estimated_rows), "rows", _LOGGED),
                Evidence("rows that came", round(wrong.actual_rows or 0.0), "rows", _LOGGED),
            ]
            said.append(
                f"{wrong.label} gave {wrong.actual_rows or 0:,.0f} rows where {wrong.estimated_rows:,.0f} were expected of any value"
            )
        found = context.finding(
            subject,
            Severity.MEDIUM,
            f"Statement {row.statement_id} runs by a generic plan: {'; '.join(said)}.",
            *evidence,
        )
        yield found
        yield from _advice(context, found, _roles(context, row))


def _advice(context: Context[Thresholds], found: Finding, roles: tuple[str, ...]) -> Iterator[Verdict]:
    """For one role only: where several run it, whose plans should change is not ours to guess."""
    if len(roles) != 1:
        return
    yield context.recommendation(
        found,
        Action.SET_PARAMETER,
        (f"ALTER ROLE {quoted(roles[0])} SET plan_cache_mode = 'force_custom_plan';",),
        risk="Every prepared statement of the role is planned at each execution: short ones get slower by their planning time.",
        rollback=(f"ALTER ROLE {quoted(roles[0])} RESET plan_cache_mode;",),
        caution="It holds for new sessions. For one statement alone: SET LOCAL plan_cache_mode in its transaction.",
    )
