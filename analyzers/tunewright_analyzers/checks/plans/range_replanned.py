"""`plans/range_replanned`: reads Plans; says where the access to a table is chosen anew for each outer row."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    rows_min: float = threshold(1000, "rows", "Rows of the table that the scan may read for one outer row.")


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def range_replanned(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Joins in which the range optimiser runs again for every row (`Range checked for each record`).

    Risk: no index is good for the join; at each outer row the server weighs all of them, and often reads the whole table.
    Evidence: the mark in the plan, and the rows that the table has.
    Remedy: a join by equality; where it must be a range, an index on the columns compared and fewer outer rows.
    False positives: a small outer side.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        rows = node.estimated_rows if node.examined_rows is None else node.examined_rows
        return rows if node.replanned_per_row and rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        indexes = ", ".join(fault.node.possible_indexes)
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)}: its access is planned anew for each outer row, over {fault.score:,.0f} rows at worst.",
            node_evidence(fault),
            Evidence("rows of the table", fault.score, "rows", origin(fault.row)),
            Evidence("indexes weighed each time", indexes or "not printed by this format", "", origin(fault.row)),
        )
