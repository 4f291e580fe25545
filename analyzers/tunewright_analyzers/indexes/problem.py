"""The choice of indexes as a problem: statements with weights, candidates, and what a configuration costs.

Made by advice.py, solved by a Chooser (select.py holds the greedy one; an exact one asks the same questions). Costs come from an oracle
and are kept: if the planner, offered the set A, used only U, then any B with U ⊆ B ⊆ A has the same plan and cost, so that it is
never asked again (INUM's observation, VLDB 2007, in its exact form: a minimum over more choices is the same minimum).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PlannerOracle

Configuration = frozenset[HypotheticalIndex]


@dataclass(frozen=True, slots=True)
class WeightedStatement:
    """One statement of the workload. `seconds`: its execution time over the window; `tables`: what it reads, partitions as their parent."""

    id: StatementId
    database: str
    text: str
    calls: int
    seconds: float
    tables: frozenset[RelationName]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a choice may be. Ratios 0 to 1."""

    least_gain_ratio: float = 0.01
    """Of the workload's load that an index must save, net of its write cost."""
    least_statement_ratio: float = 0.1
    """Of the cost of at least one statement."""
    worst_regression_ratio: float = 0.05
    """By which no statement's cost may rise."""
    most_indexes: int = 12
    most_per_table: int = 4
    budget_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    offered: Configuration
    used: Configuration
    cost: float


@dataclass(slots=True)
class Problem:
    """The questions a Chooser may ask. All answers are deterministic for an oracle."""

    statements: tuple[WeightedStatement, ...]
    candidates: tuple[HypotheticalIndex, ...]
    oracle: PlannerOracle
    limits: Limits
    write_costs: Mapping[HypotheticalIndex, float]
    """Planner cost units a second, by candidate."""
    window_seconds: float
    _answers: dict[tuple[str, str], list[_Answer]] = field(default_factory=dict)
    _sizes: dict[HypotheticalIndex, int] = field(default_factory=dict)

    def _ask(self, statement: WeightedStatement, offered: Configuration) -> _Answer:
        known = self._answers.setdefault((statement.database, statement.text), [])
        for answer in known:
            if answer.used <= offered <= answer.offered:
                return answer
        ordered = tuple(sorted(offered, key=str))
        plan = self.oracle.explain(statement.database, statement.text, add=ordered)
        names = {node.index for node in plan.root.walk() if node.index}
        used = frozenset(index for index in ordered if str(index) in names)
        known.append(_Answer(offered, used, plan.root.cost.total))
        return known[-1]

    def relevant(self, statement: WeightedStatement, chosen: Iterable[HypotheticalIndex]) -> Configuration:
        """Those on the statement's tables: others cannot change its plan."""
        return frozenset(index for index in chosen if index.table in statement.tables)

    def cost(self, statement: WeightedStatement, chosen: Iterable[HypotheticalIndex] = ()) -> float:
        """Planner cost of one execution under the chosen indexes. Raises WhatIfError."""
        return self._ask(statement, self.relevant(statement, chosen)).cost

    def used(self, statement: WeightedStatement, offered: Iterable[HypotheticalIndex]) -> Configuration:
        """Which of those on offer its plan uses. Raises WhatIfError."""
        return self._ask(statement, self.relevant(statement, offered)).used

    def load(self, statement: WeightedStatement, cost: float) -> float:
        """Its load under that cost: its measured seconds, scaled by the planner's cost against today's. Not a promise of time."""
        today = self.cost(statement)
        return statement.seconds * cost / today if today > 0 else 0.0

    @property
    def seconds_per_cost(self) -> float:
        """Measured seconds by planner cost unit over the whole workload: the rate at which write costs are charged."""
        units = sum(one.calls * self.cost(one) for one in self.statements)
        return sum(one.seconds for one in self.statements) / units if units > 0 else 0.0

    def write_load(self, index: HypotheticalIndex) -> float:
        """The write cost of an index over the window, in the currency of `load`."""
        return self.write_costs.get(index, 0.0) * self.window_seconds * self.seconds_per_cost

    def size_bytes(self, index: HypotheticalIndex) -> int:
        """Raises WhatIfError."""
        if index not in self._sizes:
            self._sizes[index] = self.oracle.size_bytes(index.table.database, index)
        return self._sizes[index]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not chosen: the load it would have saved alone (ratio of the workload's), its size, and why not."""

    index: HypotheticalIndex
    gain_ratio: float
    size_bytes: int
    because: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a Chooser answers."""

    chosen: tuple[HypotheticalIndex, ...]
    rejected: tuple[Rejected, ...]


Chooser = Callable[[Problem], Choice]
"""The seam for another solver: `select.greedy` is one; an integer programme over `Problem.cost` would be another."""


class Progress(Protocol):
    """Told how far a choice has come."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` statements or steps."""
        ...
