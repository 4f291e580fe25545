"""What the plan checks share: the worst node of each statement that has a fault, how much the statement weighs, and words for a node."""

from collections.abc import Callable
from dataclasses import dataclass

from tunewright_analyzers.facts.plans import PlanNode, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject

Score = Callable[[PlanNode, tuple[PlanNode, ...]], float | None]
"""How bad a node is (None: no fault), given the node and those above it, nearest first."""

_HEAVY, _LIGHT = 0.10, 0.01
_ORIGINS = {
    PlanOrigin.GENERIC: "EXPLAIN, not executed",
    PlanOrigin.SAMPLE: "EXPLAIN of a sample, not executed",
    PlanOrigin.TWIN: "EXPLAIN on the twin, not executed",
    PlanOrigin.AUTO_EXPLAIN: "auto_explain",
    PlanOrigin.FILE: "the given plan",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The worst node with a fault in any plan of a statement, and how many nodes have it."""

    row: StatementPlan
    node: PlanNode
    above: tuple[PlanNode, ...]
    score: float
    count: int


def subject_of(row: StatementPlan) -> Subject:
    """The statement."""
    return Subject("statement", row.statement_id, row.database or None)


def worst_nodes(plans: Plans, score: Score) -> tuple[Fault, ...]:
    """For each statement with the fault, its worst node over all its plans."""
    worst: dict[Subject, Fault] = {}
    for row in plans.rows:
        scored = [
            (value, node, above)
            for node, above in row.plan.root.walk_with_parents()
            if (value := score(node, above)) is not None
        ]
        if not scored:
            continue
        value, node, above = max(scored, key=lambda one: one[0])
        subject = subject_of(row)
        if subject not in worst or value > worst[subject].score:
            worst[subject] = Fault(row, node, above, value, len(scored))
    return tuple(worst.values())


def worst_rows(plans: Plans, score: Callable[[StatementPlan], float | None]) -> tuple[tuple[StatementPlan, float], ...]:
    """For faults of a whole plan: the worst plan of each statement."""
    worst: dict[Subject, tuple[StatementPlan, float]] = {}
    for row in plans.rows:
        value = score(row)
        subject = subject_of(row)
        if value is not None and (subject not in worst or value > worst[subject][1]):
            worst[subject] = (row, value)
    return tuple(worst.values())


def place(node: PlanNode) -> str:
    """`Seq Scan on public.orders o`: the node as a person finds it in the plan."""
    target = str(node.relation).lstrip(".") if node.relation else node.cte or node.function or node.index or ""
    alias = f" {node.alias}" if node.alias and target and node.alias != target.rpartition(".")[2] else ""
    return f"{node.label} on {target}{alias}" if target else node.label


def weight(window: Window, row: StatementPlan) -> Severity:
    """HIGH, MEDIUM or LOW by the statement's share of all execution time; MEDIUM where the share is not known."""
    statements = window.section(Statements)
    total = sum(one.exec_seconds for one in statements.rows) if statements else 0.0
    if total <= 0 or row.exec_seconds <= 0:
        return Severity.MEDIUM
    share = row.exec_seconds / total
    return Severity.HIGH if share >= _HEAVY else Severity.MEDIUM if share >= _LIGHT else Severity.LOW


def origin(row: StatementPlan) -> str:
    """Where the numbers come from, for Evidence.source."""
    return _ORIGINS[row.origin]


def node_evidence(fault: Fault) -> Evidence:
    """Which node."""
    more = f" (and {fault.count - 1} more)" if fault.count > 1 else ""
    return Evidence("node", f"{place(fault.node)}{more}", "", origin(fault.row))


def total_rows(node: PlanNode) -> float:
    """Rows that the node gave in all: measured over its loops, else estimated."""
    return node.estimated_rows if node.actual_rows is None else node.actual_rows * (node.loops or 0.0)


def total_seconds(node: PlanNode) -> float | None:
    """Seconds in the node and below, over all loops; None where it was not timed."""
    return None if node.actual_total_seconds is None else node.actual_total_seconds * (node.loops or 0.0)
