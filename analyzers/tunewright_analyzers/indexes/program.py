"""The choice of indexes as an integer programme over known plans, solved by HiGHS: CoPhy's formulation (VLDB 2011), plans of several indexes.

In come statements with the plans they can have, and indexes with size and price; out comes the set that costs least in all, and its cost.
Called by exact.py. Deterministic: one thread, a fixed seed, a bound on nodes in place of one on time.

minimise    sum over statements and plans of load * y[statement, plan]  +  sum over indexes of price * x[index]
such that   every statement has one plan:                   sum over plans of y = 1
            a plan has its indexes:                         sum over plans of y[statement, plan with index] <= x[index]
            sizes keep to the budget, counts and sizes by table to their limits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

if TYPE_CHECKING:  # loaded where it is used: it takes a fifth of a second, and most commands never solve anything
    import highspy

MOST_NODES, LEAST_NODES = 2_000, 20
NODES_TIMES_COLUMNS = 400_000
"""What the search may cost: a node of a model with many plans takes as many times longer."""
GAP = 1e-4
"""Relative distance from the proven optimum at which the search ends."""
_INFINITY = float("inf")


class ProgramError(RuntimeError):
    """The solver gave no answer."""


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan that a statement can have: the indexes it needs, and the statement's load with it."""

    needs: frozenset[HypotheticalIndex]
    load: float


@dataclass(slots=True)
class _Rows:
    """Constraints, row by row."""

    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, columns: Sequence[int], values: Sequence[float], lower: float, upper: float) -> None:
        self.columns += columns
        self.values += values
        self.starts.append(len(self.columns))
        self.lower.append(lower)
        self.upper.append(upper)


def undominated(plans: Sequence[PlanChoice]) -> list[PlanChoice]:
    """Without the plans that need as much as a cheaper one, or more; the cheapest first."""
    kept: list[PlanChoice] = []
    for plan in sorted(plans, key=lambda one: (one.load, len(one.needs), sorted(map(str, one.needs)))):
        if not any(other.needs <= plan.needs for other in kept):
            kept.append(plan)
    return kept


@dataclass(slots=True)
class Program:
    """Made once for a set of plans, solved for any budget. Every statement must have a plan that needs nothing."""

    plans: Sequence[Sequence[PlanChoice]]
    sizes: Mapping[HypotheticalIndex, int]
    prices: Mapping[HypotheticalIndex, float]
    limits: Limits
    _items: list[HypotheticalIndex] = field(init=False)
    _fixed: float = field(init=False, default=0.0)
    _costs: list[float] = field(init=False)
    _rows: _Rows = field(init=False, default_factory=_Rows)

    def __post_init__(self) -> None:
        useful = [kept for one in self.plans if len(kept := undominated(one)) > 1]
        self._fixed = sum(one[0].load for one in map(undominated, self.plans) if len(one) == 1)
        self._items = sorted({index for one in useful for plan in one for index in plan.needs}, key=str)
        at = {index: number for number, index in enumerate(self._items)}
        self._costs = [self.prices.get(index, 0.0) for index in self._items]
        for statement in useful:
            first = len(self._costs)
            self._costs += [plan.load for plan in statement]
            self._rows.add(range(first, first + len(statement)), [1.0] * len(statement), 1.0, 1.0)
            for index in sorted({index for plan in statement for index in plan.needs}, key=str):
                users = [first + number for number, plan in enumerate(statement) if index in plan.needs]
                self._rows.add([*users, at[index]], [1.0] * len(users) + [-1.0], -_INFINITY, 0.0)
        self._limit_tables()

    def _limit_tables(self) -> None:
        everything = range(len(self._items))
        if self.limits.most_indexes is not None:
            self._rows.add(everything, [1.0] * len(self._items), -_INFINITY, float(self.limits.most_indexes))
        for table in sorted({index.table for index in self._items}, key=str):
            columns = [number for number in everything if self._items[number].table == table]
            if self.limits.most_per_table is not None:
                self._rows.add(columns, [1.0] * len(columns), -_INFINITY, float(self.limits.most_per_table))
            if self.limits.most_bytes_per_table is not None:
                sizes = [self.sizes[self._items[number]] / 8192 for number in columns]
                self._rows.add(columns, sizes, -_INFINITY, self.limits.most_bytes_per_table / 8192)

    def solve(
        self, budget_bytes: int | None, gap: float = GAP, enough: Callable[[], bool] | None = None
    ) -> tuple[frozenset[HypotheticalIndex], float]:
        """(the best set within the budget, its total). `gap`: relative distance from the optimum; `enough` ends the search at the best so far.

        Raises ProgramError.
        """
        if not self._items:
            return frozenset(), self._fixed
        import highspy

        solver = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("log_to_console", False),
            ("threads", 1),
            ("random_seed", 1),
            ("mip_rel_gap", gap),
            ("mip_max_nodes", max(LEAST_NODES, min(MOST_NODES, NODES_TIMES_COLUMNS // len(self._costs)))),
        ):
            solver.setOptionValue(name, value)
        if enough is not None:
            solver.cbMipInterrupt.subscribe(lambda event: event.interrupt(enough()))
        solver.passModel(self._model(budget_bytes))
        solver.run()
        values = solver.getSolution().col_value
        if len(values) < len(self._items):
            raise ProgramError(
                f"the solver ended without an answer: {solver.modelStatusToString(solver.getModelStatus())}"
            )
        chosen = frozenset(index for number, index in enumerate(self._items) if values[number] > 0.5)
        return chosen, self._fixed + solver.getInfo().objective_function_value

    def _model(self, budget_bytes: int | None) -> "highspy.HighsLp":
        import highspy
        import numpy as np

        rows = self._rows
        starts, columns, values, lower, upper = (
            list(one) for one in (rows.starts, rows.columns, rows.values, rows.lower, rows.upper)
        )
        if budget_bytes is not None:  # in pages, so that no coefficient is huge
            columns += range(len(self._items))
            values += [self.sizes[index] / 8192 for index in self._items]
            starts.append(len(columns))
            lower.append(-_INFINITY)
            upper.append(budget_bytes / (1 + self.limits.size_margin_ratio) / 8192)
        model, count = highspy.HighsLp(), len(self._costs)
        model.num_col_, model.num_row_ = count, len(lower)
        model.col_cost_ = np.array(self._costs)
        model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
        model.row_lower_, model.row_upper_ = np.array(lower), np.array(upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = np.array(starts), np.array(columns)
        model.a_matrix_.value_ = np.array(values)
        whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        model.integrality_ = [whole] * len(self._items) + [part] * (count - len(self._items))
        return model
