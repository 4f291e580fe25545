"""`plans/filesort`: reads Plans; says where many rows are sorted because no index gives the order."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a sort is too large."""

    rows_min: float = threshold(10_000, "rows", "Rows that are sorted, over all loops.")


def sorted_rows(node: PlanNode) -> float:
    """Rows that go into the sort: those of its input."""
    return total_rows(node.children[0]) if node.children else total_rows(node)


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def filesort(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Filesorts of many rows: no index gives the order that is asked for.

    Risk: sort_buffer_size is taken by each session; what does not fit goes to disk, and LIMIT cannot end the reading early.
    Evidence: the sort in the plan, its keys as far as the format prints them, and the rows that go into it.
    Remedy: an index on (columns compared for equality, then the sort columns in their order); or no ORDER BY where nobody needs it.
    False positives: a report that must sort what it aggregates.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.kind is not NodeKind.SORT:
            return None
        rows = sorted_rows(node)
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        keys = ", ".join(fault.node.sort_keys)
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{fault.score:,.0f} rows are sorted{f' by {keys}' if keys else ''}: no index gives the order.",
            node_evidence(fault),
            Evidence("rows sorted", fault.score, "rows", origin(fault.row)),
            Evidence("sort key", keys or "not printed by this format", "", origin(fault.row)),
        )
