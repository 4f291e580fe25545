"""Short makers of plans for cases."""

from dataclasses import replace
from typing import Any

from cases.case import NOW
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.plans.shape import shape

STATEMENT = "50fde20626009aba"
SUBJECT = f"statement {STATEMENT} in shop"
ORDERS = RelationName("shop", "public", "orders")


def node(kind: NodeKind, *children: PlanNode, rows: float | None = 1.0, loops: float = 1.0, **changes: Any) -> PlanNode:
    """A node that was executed and gave `rows` rows a loop, as many as expected; `rows=None` for one that was not executed."""
    blank = PlanNode(
        kind,
        kind.value.title(),
        1.0 if rows is None else rows,
        Cost(0.0, 100.0),
        children,
        actual_rows=rows,
        loops=None if rows is None else loops,
    )
    return replace(blank, **changes)


def scan(kind: NodeKind = NodeKind.SEQUENTIAL_SCAN, **changes: Any) -> PlanNode:
    """A scan of public.orders."""
    return node(kind, **{"relation": ORDERS, "alias": "orders", "label": "Seq Scan", **changes})


def plans(
    root: PlanNode, *, origin: PlanOrigin = PlanOrigin.AUTO_EXPLAIN, exec_seconds: float = 0.0, **changes: Any
) -> Plans:
    """The section with one plan of one statement."""
    plan = replace(Plan(root, shape(root)), **changes)
    return Plans((StatementPlan(StatementId(STATEMENT), "shop", plan, origin, NOW, exec_seconds=exec_seconds),))
