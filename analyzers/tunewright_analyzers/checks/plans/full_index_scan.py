"""`plans/full_index_scan`: reads Plans; says where an index is walked from end to end."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes

_INDEXES = {NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a walk is too long."""

    rows_min: float = threshold(10_000, "rows", "Entries of the index, over all loops.")


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def full_index_scan(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Whole indexes that are walked (access type `index`), as dear as reading the whole table.

    Risk: EXPLAIN shows a key, so it looks indexed, and yet every row is read; time grows with the table.
    Evidence: an index scan that searches for nothing, below no LIMIT, and the entries it reads.
    Remedy: a condition on the first column of the index, or an index that begins with the columns of the filter.
    False positives: a count or an aggregate over the whole table, which has to read it all: the covering index is then the least evil.
    """

    def score(node: PlanNode, above: tuple[PlanNode, ...]) -> float | None:
        limited = any(one.kind is NodeKind.LIMIT for one in above)
        if node.kind not in _INDEXES or node.index_condition is not None or limited or not node.index:
            return None
        if node.label.startswith(("Constant", "Full-text")) or node.replanned_per_row:
            return None
        read = node.estimated_rows if node.examined_rows is None else node.examined_rows
        if node.actual_rows is not None:
            read = node.actual_rows + (node.rows_removed_by_filter or 0.0)
        rows = read * max(1.0, node.loops or 1.0)
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} walks the whole index {fault.node.index}: {fault.score:,.0f} entries.",
            node_evidence(fault),
            Evidence("entries read", fault.score, "rows", origin(fault.row)),
            Evidence("filter", fault.node.filter or "none", "", origin(fault.row)),
        )
