"""`plans/limit_walks_wrong_index`: reads Plans; says where ORDER BY with LIMIT walks an index and throws nearly all rows away."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes

_ORDERED = {NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the walk is too long."""

    removed_min: float = threshold(10_000, "rows", "Rows walked over and thrown away.")
    ratio_min: float = threshold(0.99, "ratio", "Share of the rows walked over that is thrown away.")


@check(needs=(Plans,), thresholds=Thresholds)
def limit_walks_wrong_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """ORDER BY with LIMIT that walks an index in order and filters, hoping to find its few rows soon.

    Risk: where the matching rows stand at the far end, nearly the whole table is read row by row through the index.
    Evidence: below a Limit, an index scan without or with a weak condition and many rows removed by its filter, in an executed plan.
    Remedy: an index on (filter columns, order columns); meanwhile ORDER BY an expression (id + 0) keeps the planner from this index.
    False positives: data that only today stands unluckily.
    """
    limits = context.thresholds

    def score(node: PlanNode, above: tuple[PlanNode, ...]) -> float | None:
        gone = (node.rows_removed_by_filter or 0.0) * (node.loops or 0.0)
        limited = any(parent.kind is NodeKind.LIMIT for parent in above[:4])
        walks = (
            node.kind in _ORDERED
            and limited
            and gone >= limits.removed_min
            and gone / (gone + total_rows(node)) >= limits.ratio_min
        )
        return gone if walks else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} walks {fault.node.index} in order and throws {fault.score:,.0f} rows away to find "
            f"{total_rows(fault.node):,.0f} for the LIMIT.",
            node_evidence(fault),
            Evidence("rows thrown away", fault.score, "rows", origin(fault.row)),
            Evidence("index walked", fault.node.index or "", "", origin(fault.row)),
            Evidence("filter", fault.node.filter or "", "", origin(fault.row)),
        )
