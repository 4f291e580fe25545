"""A planner that is a formula: a PlannerOracle for tests of the choice of indexes, without a server.

A statement is written `t:ab u:c`: it reads table t by columns a and b, and table u by column c. Every leading key of an index that the
statement asks for divides the cost of its table by ten; an index that holds all the statement's columns of the table halves it once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.problem import WeightedStatement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

TABLES = tuple(RelationName("shop", "public", name) for name in ("t", "u"))
SCAN = 1000.0


def index_on(table: RelationName, columns: Sequence[str], included: Sequence[str] = ()) -> HypotheticalIndex:
    """A plain B-tree."""
    return HypotheticalIndex(
        table, tuple(IndexColumn(column) for column in columns), tuple(sorted(set(included) - set(columns)))
    )


def statement(number: int, parts: dict[str, str], seconds: float) -> WeightedStatement:
    """A statement that reads each table by its columns."""
    text = " ".join(f"{table}:{columns}" for table, columns in sorted(parts.items()))
    tables = frozenset(table for table in TABLES if table.name in parts)
    return WeightedStatement(StatementId(f"s{number}"), "shop", text, 10, seconds, tables)


def size_of(index: HypotheticalIndex) -> int:
    """A megabyte a key, half of it for an included column."""
    return 1_000_000 * len(index.keys) + 500_000 * len(index.included)


@dataclass
class Formula:
    """Counts its questions in `calls`; after `patience` of them it is interrupted as by Ctrl-C."""

    patience: int | None = None
    calls: int = field(default=0)

    @property
    def name(self) -> str:
        return "formula"

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        self.calls += 1
        if self.patience is not None and self.calls > self.patience:
            raise KeyboardInterrupt
        nodes = []
        for part in statement.split():
            table, _, columns = part.partition(":")
            cost, best = min(
                [(SCAN, ""), *((_cost(index, columns), str(index)) for index in add if index.table.name == table)]
            )
            nodes.append(PlanNode(NodeKind.INDEX_SCAN, "Index Scan", 1.0, Cost(0, cost), index=best or None))
        total = sum(node.cost.total for node in nodes)
        return Plan(PlanNode(NodeKind.APPEND, "Append", 1.0, Cost(0, total), tuple(nodes)), PlanId("x"))

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        return size_of(index)


def _cost(index: HypotheticalIndex, columns: str) -> float:
    matched = 0
    for key in index.keys:
        if key.column is None or key.column not in columns:
            break
        matched += 1
    held = {key.column for key in index.keys} | set(index.included)
    return SCAN / 10**matched / (2 if matched and set(columns) <= held else 1)
