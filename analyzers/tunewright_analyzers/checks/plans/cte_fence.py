"""`plans/cte_fence`: reads Plans; says where a materialised CTE is made whole and then filtered."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a fence wastes."""

    removed_min: float = threshold(10_000, "rows", "Rows of the CTE thrown away by a filter outside it.")
    ratio_min: float = threshold(0.9, "ratio", "Share of its rows that is thrown away.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def cte_fence(context: Context[Thresholds]) -> Iterator[Verdict]:
    """CTEs that are materialised whole, though the query then keeps few of their rows.

    Risk: the condition cannot reach the tables inside, so their indexes are not used.
    Evidence: rows removed by the filter of a CTE Scan in an executed plan.
    Remedy: WITH name AS NOT MATERIALIZED (…), or the condition written inside the CTE.
    False positives: a CTE that is used several times, or that is fenced on purpose to steer the planner.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        gone = (node.rows_removed_by_filter or 0.0) * (node.loops or 0.0)
        wasted = (
            node.kind is NodeKind.CTE_SCAN
            and gone >= limits.removed_min
            and gone / (gone + total_rows(node)) >= limits.ratio_min
        )
        return gone if wasted else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"CTE {fault.node.cte} is made whole, then {fault.score:,.0f} of its rows are thrown away by {fault.node.filter}.",
            node_evidence(fault),
            Evidence("rows thrown away", fault.score, "rows", origin(fault.row)),
            Evidence("rows kept", total_rows(fault.node), "rows", origin(fault.row)),
        )
