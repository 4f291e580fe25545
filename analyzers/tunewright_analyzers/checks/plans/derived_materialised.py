"""`plans/derived_materialised`: reads Plans; says where a derived table, view or CTE is made whole and little of it used."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When materialising wastes."""

    rows_min: float = threshold(10_000, "rows", "Rows that the subquery reads or gives.")


def _made(node: PlanNode) -> float:
    """Rows that the materialised subquery gives, or those that its largest scan reads: it must read them all to give any."""
    inner = [one for child in node.children for one in child.walk()]
    return max(
        (total_rows(one) + (one.rows_removed_by_filter or 0.0) * (one.loops or 0.0) for one in inner), default=0.0
    )


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def derived_materialised(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Derived tables, views and CTEs that are made whole in a temporary table before the query around them looks at one row.

    Risk: conditions of the outer query do not reach the tables inside; the whole subquery runs at every call.
    Evidence: a materialised subquery in the plan and the rows that it reads or gives.
    Remedy: the condition written inside the subquery; a join instead of a grouped subquery; a LATERAL join (8.0.14+) that is run for the
        rows wanted; GROUP BY after the join.
    False positives: a subquery that must be made whole and is used whole.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.kind is not NodeKind.MATERIALIZE or node.dependent or not node.children or node.loops == 0.0:
            return None
        if not (node.uses_temporary_table and node.label.startswith("Materialize")) or (node.cte or "").startswith(
            "<subquery"
        ):
            return None
        rows = _made(node)
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        parent = fault.above[0] if fault.above else None
        name = fault.node.cte or (parent.cte if parent else None) or "a subquery"
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{name} is made whole in a temporary table at every call: {fault.score:,.0f} rows are read for it.",
            node_evidence(fault),
            Evidence("rows read for it", fault.score, "rows", origin(fault.row)),
            Evidence("rows it gives", total_rows(fault.node), "rows", origin(fault.row)),
        )
