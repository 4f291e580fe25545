"""The words of an answer: how a statement's plan changes, and what may go otherwise than expected with an index.

In come an oracle's plans or an index, out comes a line for people, without literals. Called by advice.py.
"""

from collections.abc import Collection

from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import Table
from tunewright_analyzers.indexes.problem import WeightedStatement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PlannerOracle, WhatIfError
from tunewright_analyzers.sql.trees import has_literal

LARGE_BYTES = 1_073_741_824
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


def plan_change(oracle: PlannerOracle, statement: WeightedStatement, add: Collection[HypotheticalIndex]) -> str:
    """`lineitem: Seq Scan -> Index Only Scan; Hash Join 2 -> 1`; empty where nothing of that changed or the oracle fails."""
    try:
        before = oracle.explain(statement.database, statement.text)
        after = oracle.explain(statement.database, statement.text, add=tuple(sorted(add, key=str)))
    except WhatIfError:
        return ""
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
    return "; ".join(parts)


def risk_of(index: HypotheticalIndex, table: Table | None) -> str:
    """What may go otherwise than expected, for this index."""
    said = []
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
