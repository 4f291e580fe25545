"""`plans/cast_defeats_index`: reads Plans and Indexes; says where an implicit cast of a column keeps its index from being used."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.sql.expressions import Wrapped, wrapped_columns


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which scans count."""

    cost_min: float = threshold(1000, "count", "Planner cost of the scan.")


@check(needs=(Plans, Indexes), engines=POSTGRESQL, thresholds=Thresholds)
def cast_defeats_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Comparisons with a value of another type, which cast the column and so keep its index from being used.

    Risk: the whole table is read although an index on the column stands ready; drivers that send numbers as numeric cause it unseen.
    Evidence: the filter of a sequential scan with the column inside a cast, and the index that begins with the bare column.
    Remedy: give the parameter the column's type (cast the value, not the column), or change the column's type.
    False positives: a cast that is wanted, on a table that is scanned anyway.
    """
    leading = {
        (index.table.schema, index.table.name, index.keys[0].column)
        for index in context.window.need(Indexes).rows
        if index.keys
    }

    def wrapped(node: PlanNode) -> Wrapped | None:
        if node.kind is not NodeKind.SEQUENTIAL_SCAN or node.relation is None:
            return None
        here = (node.relation.schema, node.relation.name)
        return next(
            (one for one in wrapped_columns(node.filter) if one.function is None and (*here, one.column) in leading),
            None,
        )

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        return node.cost.total if node.cost.total >= context.thresholds.cost_min and wrapped(node) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        one = wrapped(fault.node)
        assert one is not None
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} compares {one.expression}: casting the column keeps its index from being used; cast the value instead.",
            node_evidence(fault),
            Evidence("expression", one.expression, "", origin(fault.row)),
            Evidence("filter", fault.node.filter or "", "", origin(fault.row)),
            Evidence("cost of the scan", fault.score, "cost", origin(fault.row)),
        )
