"""The choice of indexes as a problem: statements with weights, candidates, and what a configuration costs.

Made by advice.py, solved by a Chooser (exact.py by an integer programme, select.py greedily). Costs come from an oracle
and are kept: if the planner, offered the set A, used only U, then any B with U ⊆ B ⊆ A has the same plan and cost, so that it is
never asked again (INUM's observation, VLDB 2007, in its exact form: a minimum over more choices is the same minimum).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PlannerOracle, Price, PricingOracle
from tunewright_analyzers.sql.judged import columns_of, judged_part

Configuration = frozenset[HypotheticalIndex]


@dataclass(frozen=True, slots=True)
class Read:
    """What a statement names of one table; `whole_row`: it returns every column beside."""

    table: RelationName
    columns: frozenset[str]
    whole_row: bool

    def can_use(self, index: HypotheticalIndex) -> bool:
        """Whether the index could stand in the statement's plan: it must name a column of the keys, or find all that it reads in the index;
        and of a predicate it must name every column, or nothing could imply it."""
        if index.predicate is not None and not columns_of(index.predicate) <= self.columns:
            return False
        keys = {key.column for key in index.keys}
        if None in keys or keys & self.columns:
            return True
        return not self.whole_row and self.columns <= keys | set(index.included)


@dataclass(frozen=True, slots=True)
class WeightedStatement:
    """One statement of the workload. `seconds`: its execution time over the window; `tables`: what it reads, partitions as their parent;
    `candidates`: the indexes made from its own text (none: all on its tables); `reads`: what it names of each table (none: not known)."""

    id: StatementId
    database: str
    text: str
    calls: int
    seconds: float
    tables: frozenset[RelationName]
    candidates: frozenset[HypotheticalIndex] = frozenset()
    reads: frozenset[Read] = frozenset()

    def can_use(self, index: HypotheticalIndex) -> bool:
        """Whether the index could change its plan, as far as that is known."""
        if index.table not in self.tables:
            return False
        return all(one.can_use(index) for one in self.reads if one.table == index.table)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a choice may be. Ratios 0 to 1; None: no limit."""

    least_gain_ratio: float = 0.002
    """Of the workload's load that an index must save, net of its write cost: the price of having one more index to look after."""
    least_statement_ratio: float = 0.1
    """Of the cost of at least one statement (greedy choice only)."""
    worst_regression_ratio: float = 0.05
    """By which no statement's cost may rise,"""
    regression_floor_cost: float = 10.0
    """unless it rises by less than this much."""
    most_indexes: int | None = None
    most_per_table: int | None = None
    most_bytes_per_table: int | None = None
    budget_bytes: int | None = None
    """Of all new indexes together; what drops would free is not counted against it."""
    size_margin_ratio: float = 0.05
    """Kept free of the budget: sizes are modelled, and the budget is to hold when the indexes are built."""

    def is_regression(self, before: float, after: float) -> bool:
        """Whether a statement's cost rises by more than is allowed."""
        return after > before * (1 + self.worst_regression_ratio) and after > before + self.regression_floor_cost


class OutOfTime(Exception):
    """The caller has had enough: answer with the best so far."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the planner made of an offer: the indexes it used, and the cost."""

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
    write_model: Callable[[HypotheticalIndex], float] | None = None
    """The same for an index that is no candidate yet."""
    existing: tuple[Index, ...] = ()
    """What the database has: nothing that one of them already does is made up on the way."""
    frozen: bool = False
    """After an interruption: the oracle is asked no more; what is not known is the best that is known to be possible."""
    enough: Callable[[], bool] = _never
    """Whether the time for asking is over; then `cost`, `answer` and `used` raise OutOfTime for what is not known, until it is frozen."""
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    _sizes: dict[HypotheticalIndex, int] = field(default_factory=dict)
    _usable: dict[tuple[str, str], dict[HypotheticalIndex, bool]] = field(default_factory=dict)

    def _ask(self, statement: WeightedStatement, offered: Configuration) -> Answer:
        known = self._answers.setdefault((statement.database, statement.text), [])
        for answer in known:
            if answer.used <= offered <= answer.offered:
                return answer
        if self.frozen:
            possible = [answer for answer in known if answer.used <= offered]
            return min(possible, key=lambda one: one.cost, default=Answer(offered, frozenset(), 0.0))
        if self.enough():
            raise OutOfTime
        ordered = tuple(sorted(offered, key=str))
        price = self._price(statement, ordered)
        used = frozenset(index for index in ordered if str(index) in price.indexes)
        known.append(Answer(offered, used, price.cost))
        return known[-1]

    def _price(self, statement: WeightedStatement, ordered: tuple[HypotheticalIndex, ...]) -> Price:
        if isinstance(self.oracle, PricingOracle):
            return self.oracle.price(statement.database, statement.text, add=ordered)
        plan = self.oracle.explain(statement.database, statement.text, add=ordered)
        return Price(plan.root.cost.total, frozenset(node.index for node in plan.root.walk() if node.index))

    def answers(self, statement: WeightedStatement) -> Sequence[Answer]:
        """All that is known of the statement: each is a plan that any configuration with its `used` can have."""
        return self._answers.get((statement.database, statement.text), ())

    def relevant(self, statement: WeightedStatement, chosen: Iterable[HypotheticalIndex]) -> Configuration:
        """Those that could stand in the statement's plan: others cannot change it."""
        known = self._usable.setdefault((statement.database, statement.text), {})
        found = []
        for index in chosen:
            if index not in known:
                known[index] = statement.can_use(index)
            if known[index]:
                found.append(index)
        return frozenset(found)

    def cost(self, statement: WeightedStatement, chosen: Iterable[HypotheticalIndex] = ()) -> float:
        """Planner cost of one execution under the chosen indexes. Raises WhatIfError."""
        return self._ask(statement, self.relevant(statement, chosen)).cost

    def answer(self, statement: WeightedStatement, offered: Iterable[HypotheticalIndex]) -> Answer:
        """The planner's answer to an offer. Raises WhatIfError."""
        return self._ask(statement, self.relevant(statement, offered))

    def used(self, statement: WeightedStatement, offered: Iterable[HypotheticalIndex]) -> Configuration:
        """Which of those on offer its plan uses. Raises WhatIfError."""
        return self._ask(statement, self.relevant(statement, offered)).used

    def load(self, statement: WeightedStatement, cost: float) -> float:
        """Its load under that cost: its measured seconds, scaled by the planner's cost against today's. Not a promise of time."""
        today = self.cost(statement)
        if today > 0:
            return statement.seconds * cost / today
        return statement.seconds if self.frozen else 0.0  # interrupted before it was planned: it stays as it is

    @property
    def seconds_per_cost(self) -> float:
        """Measured seconds by planner cost unit over the whole workload: the rate at which write costs are charged."""
        units = sum(one.calls * self.cost(one) for one in self.statements)
        return sum(one.seconds for one in self.statements) / units if units > 0 else 0.0

    def write_load(self, index: HypotheticalIndex) -> float:
        """The write cost of an index over the window, in the currency of `load`."""
        rate = self.write_costs.get(index)
        if rate is None:
            rate = self.write_model(index) if self.write_model is not None else 0.0
        return rate * self.window_seconds * self.seconds_per_cost if rate else 0.0

    def size_bytes(self, index: HypotheticalIndex) -> int:
        """Its size; of a partial one as if the parts of its predicate that the planner can only guess held always. Raises WhatIfError."""
        if index not in self._sizes:
            self._sizes[index] = self.oracle.size_bytes(index.table.database, _at_most(index))
        return self._sizes[index]


def _at_most(index: HypotheticalIndex) -> HypotheticalIndex:
    """The index with the judged part of its predicate alone: it holds all rows that the index does, or more."""
    return replace(index, predicate=judged_part(index.predicate)) if index.predicate is not None else index


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not chosen: the load it would have saved (ratio of the workload's), its size, and why not; `statements`: of
    those that would have used it."""

    index: HypotheticalIndex
    gain_ratio: float
    size_bytes: int
    because: str
    statements: tuple[StatementId, ...] = ()


@dataclass(frozen=True, slots=True)
class ParetoPoint:
    """What so many bytes of indexes buy: the load that is left (ratio of today's, by planner cost, at most), and how many indexes."""

    size_bytes: int
    load_ratio: float
    indexes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a Chooser answers. `line`: benefit against size, smallest first; `is_complete`: False where it was interrupted."""

    chosen: tuple[HypotheticalIndex, ...]
    rejected: tuple[Rejected, ...]
    line: tuple[ParetoPoint, ...] = ()
    is_complete: bool = True


Chooser = Callable[[Problem], Choice]
"""The seam for another solver: `exact.exact` is one, `select.greedy` another."""


class Progress(Protocol):
    """Told how far a choice has come."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` statements or steps."""
        ...
