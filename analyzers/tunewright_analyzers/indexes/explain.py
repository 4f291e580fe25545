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
MANY_PROBES = 10_000
"""Look-ups of one nested loop from which its time is known to part from its cost: in bench/index_advice the statements whose time rose
although their cost fell were all among those with more."""
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


def probes(plan: Plan) -> float:
    """How often the plan's nested loops look a row up in a table by an index, at most: rows from outside, as the planner estimates them."""
    most = 0.0
    for node in plan.root.walk():
        if node.kind is NodeKind.NESTED_LOOP and len(node.children) == 2:
            outer, inner = node.children
            if any(one.kind is NodeKind.INDEX_SCAN for one in inner.walk()):
                most = max(most, outer.estimated_rows)
    return most


@dataclass(frozen=True, slots=True)
class PlanChange:
    """`text`: `lineitem: Seq Scan -> Index Only Scan; Hash Join 2 -> 1`, empty where nothing of that changed; `probes`: look-ups by index of
    its largest new nested loop, 0 where it has none of MANY_PROBES or had as many before."""

    text: str = ""
    probes: float = 0.0


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
    looked_up = probes(after)
    is_new = looked_up >= MANY_PROBES and looked_up > 2 * probes(before)
    return PlanChange("; ".join(parts), looked_up if is_new else 0.0)


def risk_of(index: HypotheticalIndex, table: Table | None, looked_up: float = 0.0) -> str:
    """What may go otherwise than expected, for this index; `looked_up`: PlanChange.probes of its statements, the most."""
    said = []
    if looked_up:
        said.append(
            f"A statement's plan turns to a nested loop with about {looked_up:,.0f} look-ups: its time may rise although its cost falls."
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
