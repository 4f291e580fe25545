"""`plans/cartesian_product`: reads Plans; says where two sides are joined without any condition."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a product is too large."""

    rows_min: float = threshold(100_000, "rows", "Rows of the product.")
    side_min: float = threshold(10, "rows", "Rows that each side must have.")


def _names(node: PlanNode) -> set[str]:
    return {name for one in node.walk() for name in (one.alias, one.relation.name if one.relation else None) if name}


def _depends(inner: PlanNode, outer: PlanNode) -> bool:
    """Whether a condition on the inner side speaks of the outer side."""
    names = _names(outer)
    texts = [
        text
        for one in inner.walk()
        for text in (one.index_condition, one.filter, one.recheck_condition, one.join_filter)
        if text
    ]
    parameters = any(one.kind in {NodeKind.FUNCTION_SCAN, NodeKind.MEMOIZE} for one in inner.walk())
    return parameters or any(f"{name}." in text for name in names for text in texts)


@check(needs=(Plans,), thresholds=Thresholds)
def cartesian_product(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Nested loops that combine every row of one side with every row of the other.

    Risk: a forgotten join condition multiplies rows; it is often hidden by DISTINCT.
    Evidence: a nested loop without join filter whose inner side has no condition on the outer side; rows of both.
    Remedy: add the missing condition.
    False positives: a product that is wanted (a calendar by all shops); then its size is the answer's size.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        sides = [child for child in node.children if child.subplan is None]
        if (
            node.kind is not NodeKind.NESTED_LOOP
            or node.join_filter
            or len(sides) != 2
            or node.join_type not in (None, "Inner")
        ):
            return None
        outer, inner = sides
        rows = total_rows(node)
        inner_rows = total_rows(inner) / max(1.0, inner.loops or 1.0)
        large = rows >= limits.rows_min and total_rows(outer) >= limits.side_min and inner_rows >= limits.side_min
        return rows if large and not _depends(inner, outer) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        outer, inner = (child for child in fault.node.children if child.subplan is None)
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(outer)} and {place(inner)} are joined without a condition: {fault.score:,.0f} rows.",
            node_evidence(fault),
            Evidence("rows of the product", fault.score, "rows", origin(fault.row)),
            Evidence("rows of the outer side", total_rows(outer), "rows", origin(fault.row)),
        )
