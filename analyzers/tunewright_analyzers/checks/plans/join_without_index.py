"""`plans/join_without_index`: reads Plans; says where a join reads a whole table because no index serves its condition."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When such a join is worth telling."""

    rows_min: float = threshold(10_000, "rows", "Rows of the table that is read whole.")


def _examined(node: PlanNode) -> float:
    return node.estimated_rows if node.examined_rows is None else node.examined_rows


def _scanned(node: PlanNode) -> PlanNode | None:
    """The larger of the tables below a join through a buffer or a hash table that is read whole."""
    sides = [child.children[0] if child.kind is NodeKind.HASH and child.children else child for child in node.children]
    whole = [side for side in sides if side.kind is NodeKind.SEQUENTIAL_SCAN and side.relation is not None]
    return max(whole, key=_examined, default=None)


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def join_without_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Joins through a hash table or a join buffer: no index serves the join condition on the table that is read whole.

    Risk: the whole table is read for each batch of outer rows; join_buffer_size hides it until the tables grow.
    Evidence: the join's kind, its condition and the rows of the table that is read whole.
    Remedy: an index on the column of the join condition; raising join_buffer_size only treats the symptom.
    False positives: a report that joins most of both tables: hashing them is then the best plan.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        buffered = node.kind is NodeKind.NESTED_LOOP and ("Block" in node.label or "(" in node.label)
        if node.kind is not NodeKind.HASH_JOIN and not buffered:
            return None
        side = _scanned(node)
        rows = _examined(side) if side else 0.0
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        side = _scanned(fault.node)
        assert side is not None
        condition = fault.node.hash_condition or fault.node.join_filter
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(side)} is read whole ({fault.score:,.0f} rows) for a join{f' by {condition}' if condition else ''}: no index serves it.",
            node_evidence(fault),
            Evidence("rows of the table", fault.score, "rows", origin(fault.row)),
            Evidence("join condition", condition or "none printed", "", origin(fault.row)),
        )
