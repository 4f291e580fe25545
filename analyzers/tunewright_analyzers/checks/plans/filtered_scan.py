"""`plans/filtered_scan`: reads Plans; says where a scan reads many rows to throw nearly all away."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes

_SCANS = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN, NodeKind.BITMAP_HEAP_SCAN}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a filter wastes."""

    removed_min: float = threshold(10_000, "rows", "Rows thrown away by the node, over all its loops.")
    ratio_min: float = threshold(0.9, "ratio", "Share of the rows read that is thrown away.")


def removed(node: PlanNode) -> float:
    """Rows that the filter threw away, over all loops; as estimated where the plan was not executed and the engine says it."""
    if node.actual_rows is None and node.examined_rows is not None:
        return max(0.0, node.examined_rows - node.estimated_rows)
    return (node.rows_removed_by_filter or 0.0) * (node.loops or 0.0)


@check(needs=(Plans,), thresholds=Thresholds)
def filtered_scan(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Scans that read many rows and throw nearly all of them away.

    Risk: time and cache spent on rows that nobody asked for, growing with the table.
    Evidence: rows removed by the filter against rows kept, measured in an executed plan; MySQL's estimate (`filtered`) where it was not executed.
    Remedy: an index on the filter's columns (see indexes/missing for one with proof), or the filter's column in the index that is used.
    False positives: a query that really wants a rare row of a table it must scan once a day.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        gone = removed(node)
        wasted = (
            node.kind in _SCANS
            and node.filter is not None
            and gone >= limits.removed_min
            and gone / (gone + total_rows(node)) >= limits.ratio_min - 1e-9
        )
        return gone if wasted else None

    for fault in worst_nodes(context.window.need(Plans), score):
        kept = total_rows(fault.node)
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} reads {fault.score + kept:,.0f} rows and throws {fault.score:,.0f} away by {fault.node.filter}.",
            node_evidence(fault),
            Evidence("rows thrown away", fault.score, "rows", origin(fault.row)),
            Evidence("rows kept", kept, "rows", origin(fault.row)),
            Evidence("filter", fault.node.filter or "", "", origin(fault.row)),
        )
