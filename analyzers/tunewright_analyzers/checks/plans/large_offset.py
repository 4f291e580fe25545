"""`plans/large_offset`: reads Plans; says where pages are skipped row by row."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When skipping is worth telling."""

    skipped_min: float = threshold(1000, "rows", "Rows made and skipped.")
    ratio_min: float = threshold(0.9, "ratio", "Share of the rows made that is skipped.")


@check(needs=(Plans,), thresholds=Thresholds)
def large_offset(context: Context[Thresholds]) -> Iterator[Verdict]:
    """LIMIT with a large OFFSET: the rows before the page are all made and thrown away.

    Risk: every further page is slower than the one before; deep pages read the whole table.
    Evidence: rows that came into the Limit node against rows that left it, in an executed plan; or the OFFSET itself, where the plan prints it.
    Remedy: page by key: WHERE (sort columns) > (those of the last row) ORDER BY … LIMIT n, with an index on the sort columns.
    False positives: none; a LIMIT without OFFSET ends its input as soon as it has enough.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.kind is not NodeKind.LIMIT or not node.children:
            return None
        if node.actual_rows is None:
            skipped = node.offset_rows or 0.0
            large = skipped / max(1.0, skipped + total_rows(node)) >= limits.ratio_min
            return skipped if skipped >= limits.skipped_min and large else None
        made = total_rows(node.children[0])
        skipped = made - total_rows(node)
        return skipped if skipped >= limits.skipped_min and skipped / made >= limits.ratio_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"OFFSET makes and skips {fault.score:,.0f} rows to give {total_rows(fault.node):,.0f}.",
            node_evidence(fault),
            Evidence("rows skipped", fault.score, "rows", origin(fault.row)),
            Evidence("rows given", total_rows(fault.node), "rows", origin(fault.row)),
        )
