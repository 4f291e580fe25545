"""`plans/index_merge`: reads Plans; says where several indexes of a table are read and their row ids combined."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a merge is worth telling."""

    rows_min: float = threshold(
        1000, "rows", "Index entries read, or rows given where the format does not print the entries."
    )


def _read(node: PlanNode) -> float:
    parts = sum(total_rows(child) for child in node.children if child.index)
    return max(parts, total_rows(node))


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def index_merge(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Index merges: two or more indexes are read and their row ids intersected or united.

    Risk: an intersection reads all matches of each index to keep few; one index on both columns would read only those. Under load the
        merge also locks more rows than the statement needs.
    Evidence: access type index_merge, the indexes merged, and the entries read.
    Remedy: an intersection: one index on all its columns. A union (OR over different columns): each arm needs its own index, as it has; where
        it is slow, write UNION ALL of two selects.
    False positives: a union of two selective conditions, which is the best plan there is; it stays below the threshold.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.kind is not NodeKind.BITMAP_HEAP_SCAN or node.strategy is None:
            return None
        rows = _read(node)
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        intersects = "intersect" in (fault.node.strategy or "")
        advice = (
            "one index on their columns would read only what both keep"
            if intersects
            else "each arm of the OR reads an index of its own"
        )
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} combines {fault.node.index}: {fault.score:,.0f} entries are read; {advice}.",
            node_evidence(fault),
            Evidence("indexes merged", fault.node.index or "", "", origin(fault.row)),
            Evidence("entries read", fault.score, "rows", origin(fault.row)),
        )
