"""`plans/long_in_list`: reads Plans; says which conditions compare with thousands of constants."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a list is too long."""

    elements_min: float = threshold(1000, "count", "Constants in one list.")


@check(needs=(Plans,), thresholds=Thresholds)
def long_in_list(context: Context[Thresholds]) -> Iterator[Verdict]:
    """IN lists of a thousand constants and more.

    Risk: parsing and planning take longer than the query; each length is a statement of its own to pg_stat_statements before 18.
    Evidence: elements of the list in a node's condition.
    Remedy: one array parameter (= ANY ($1)), a temporary table, or a join with unnest($1).
    False positives: a one-off clean-up.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        return (
            float(node.longest_list)
            if node.longest_list is not None and node.longest_list >= context.thresholds.elements_min
            else None
        )

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            Severity.LOW,
            f"{place(fault.node)} compares with a list of {fault.score:,.0f} constants.",
            node_evidence(fault),
            Evidence("constants", fault.score, "count", origin(fault.row)),
        )
