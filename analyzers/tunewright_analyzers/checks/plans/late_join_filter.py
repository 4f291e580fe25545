"""`plans/late_join_filter`: reads Plans; says where rows are joined first and filtered afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a late filter is worth telling."""

    removed_min: float = threshold(10_000, "rows", "Joined rows thrown away.")
    ratio_min: float = threshold(0.9, "ratio", "Share of the joined rows that is thrown away.")


@check(needs=(Plans,), thresholds=Thresholds)
def late_join_filter(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Joins that combine many rows and then throw nearly all combinations away.

    Risk: work grows with the product of both sides; OR across tables and inequality joins are the usual cause.
    Evidence: rows removed by the join filter against rows kept, in an executed plan.
    Remedy: an equality in the join condition, an OR split into a UNION of two joins, or a range type with a GiST index.
    False positives: joins on ranges of small tables.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        gone = (node.rows_removed_by_join_filter or 0.0) * (node.loops or 0.0)
        return gone if gone >= limits.removed_min and gone / (gone + total_rows(node)) >= limits.ratio_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} joins {fault.score + total_rows(fault.node):,.0f} pairs of rows and throws {fault.score:,.0f} away by "
            f"{fault.node.join_filter}.",
            node_evidence(fault),
            Evidence("pairs thrown away", fault.score, "rows", origin(fault.row)),
            Evidence("pairs kept", total_rows(fault.node), "rows", origin(fault.row)),
            Evidence("join filter", fault.node.join_filter or "", "", origin(fault.row)),
        )
