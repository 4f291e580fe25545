"""The words of an answer: how a statement's plan changes, and what may go otherwise than expected with an index.

In come an oracle's plans or an index, out comes a line for people, without literals. Called by advice.py.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tunewright_analyzers.facts.plans import NodeKind, Plan
from tunewright_analyzers.facts.relations import Table
from tunewright_analyzers.indexes.problem import WeightedStatement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PlannerOracle, WhatIfError
from tunewright_analyzers.sql.trees import has_literal

LARGE_BYTES = 1_073_741_824
MANY_FETCHES = 10_000
"""Rows that a new nested loop fetches, from which its time may part from its cost."""
_JOINS = frozenset(
    {"Nested Loop", "Hash Join", "Merge Join", "Sort", "Incremental Sort", "HashAggregate", "GroupAggregate"}
)


def _steps(plan: Plan) -> dict[str, str]:
    """How each relation of the plan is read, by alias."""
    found = {}
    for node in plan.root.walk():
        if node.relation is not None:
            found[node.alias or node.relation.name] = node.label.replace("Parallel ", "")
    return found


def _counted(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in plan.root.walk():
        if node.label in _JOINS:
            counts[node.label] = counts.get(node.label, 0) + 1
    return counts


def looked_up(plan: Plan, new: Collection[str]) -> float:
    """Rows that nested loops fetch one by one from a table through a new index, as the planner estimates them; 0 without such a loop."""
    fetched = 0.0
    for node in plan.root.walk():
        if node.kind is NodeKind.NESTED_LOOP and len(node.children) == 2:
            outer, inner = node.children
            for one in inner.walk():
                if one.kind is NodeKind.INDEX_SCAN and one.index in new:
                    fetched += outer.estimated_rows * max(one.estimated_rows, 1.0)
    return fetched


@dataclass(frozen=True, slots=True)
class PlanChange:
    """`text`: `lineitem: Seq Scan -> Index Only Scan; Hash Join 2 -> 1`, empty where nothing of that changed; `fetched`:
    rows that its nested loops fetch one by one through the new indexes, 0 below MANY_FETCHES."""

    text: str = ""
    fetched: float = 0.0


def plan_change(oracle: PlannerOracle, statement: WeightedStatement, add: Collection[HypotheticalIndex]) -> PlanChange:
    """How the statement's plan changes with these indexes; nothing where the oracle fails."""
    try:
        before = oracle.explain(statement.database, statement.text)
        after = oracle.explain(statement.database, statement.text, add=tuple(sorted(add, key=str)))
    except WhatIfError:
        return PlanChange()
    once, then = _steps(before), _steps(after)
    parts = [
        f"{name}: {once[name]} -> {then[name]}" for name in sorted(once) if then.get(name, once[name]) != once[name]
    ]
    counted, now = _counted(before), _counted(after)
    parts += [
        f"{label} {counted.get(label, 0)} -> {now.get(label, 0)}"
        for label in sorted({*counted, *now})
        if counted.get(label, 0) != now.get(label, 0)
    ]
    fetched = looked_up(after, {str(index) for index in add})
    return PlanChange("; ".join(parts), fetched if fetched >= MANY_FETCHES else 0.0)


def risk_of(index: HypotheticalIndex, table: Table | None, fetched: float = 0.0) -> str:
    """What may go otherwise than expected, for this index; `fetched`: PlanChange's, the most of its statements."""
    said = []
    if fetched:
        said.append(
            f"A statement's plan turns to a nested loop that fetches about {fetched:,.0f} rows one by one: its time may rise although its cost falls."
            " Compare its time before and after, and drop the index if it does."
        )
    if index.predicate is not None and has_literal(index.predicate):
        said.append(
            "It serves only statements with these very constants: when they move on (dates do), it is dead weight."
        )
    elif index.predicate is not None:
        said.append("It serves only statements whose condition implies its own.")
    if any(key.expression for key in index.keys):
        said.append("It serves only this very expression, and has statistics only after the next ANALYZE.")
    if index.included and table is not None and table.pages and table.all_visible_pages < 0.8 * table.pages:
        said.append("Index-only scans need pages marked all-visible: vacuum the table first, and often enough.")
    if index.method == "gin":
        said.append("A GIN index is slow to write and its size is a rough guess.")
    if table is not None and table.size_bytes >= LARGE_BYTES:
        said.append(f"The build reads {table.size_bytes / 2**30:.1f} GiB.")
    return " ".join(said)
