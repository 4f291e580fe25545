"""`plans/subplan_per_row`: reads Plans; says which subqueries run once for each row."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import (
    node_evidence,
    origin,
    place,
    subject_of,
    total_seconds,
    weight,
    worst_nodes,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a subquery runs too often."""

    loops_min: float = threshold(1000, "count", "Runs of the subquery.")
    seconds_min: float = threshold(0.05, "seconds", "Time spent in it, over all its runs.")


@check(needs=(Plans,), thresholds=Thresholds)
def subplan_per_row(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Correlated subqueries that run once for each row of the outer query.

    Risk: time grows with the outer rows; without an index in the subquery it grows with the product.
    Evidence: loops and time of the SubPlan in an executed plan; MySQL's `dependent` and the rows expected around it where it was not executed.
    Remedy: write it as a join, a LATERAL join or an aggregate computed once; else an index for its correlated condition.
    False positives: a cheap lookup behind a filter that leaves few rows; then the time is small and this is silent.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.relationship != "SubPlan" or (node.loops or 0.0) < limits.loops_min:
            return None
        seconds = total_seconds(node)
        return seconds if seconds is not None and seconds >= limits.seconds_min else None

    def expected_runs(node: PlanNode, above: tuple[PlanNode, ...]) -> float | None:
        if not node.dependent or node.relationship != "SubPlan" or node.loops is not None or not above:
            return None
        outer = above[0]
        runs = outer.estimated_rows if outer.examined_rows is None else outer.examined_rows
        return runs if runs >= limits.loops_min else None

    for fault in worst_nodes(context.window.need(Plans), expected_runs):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{fault.node.subplan or 'A subquery'} ({place(fault.node)}) depends on the row around it: about {fault.score:,.0f} runs are expected.",
            node_evidence(fault),
            Evidence("runs expected", fault.score, "count", origin(fault.row)),
            Evidence("cost of one run", fault.node.cost.total, "cost", origin(fault.row)),
        )
    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{fault.node.subplan or 'A subquery'} ({place(fault.node)}) ran {fault.node.loops or 0:,.0f} times and took {fault.score:,.2f} s.",
            node_evidence(fault),
            Evidence("runs", fault.node.loops or 0.0, "count", origin(fault.row)),
            Evidence("time", round(fault.score, 4), "seconds", origin(fault.row)),
        )
