"""The choice of indexes by an integer programme over plans of the real planner, improved until the planner has nothing to add.

In comes a Problem, out comes a Choice. The Chooser that `advise` uses. Steps:
1. plans of each statement alone (plans.explored), then of what others use and of merged indexes (plans.shared);
2. for a line of budgets that does not depend on the one asked for: solve, ask the planner around the answer, solve again;
3. the same for the budget asked for, until nothing changes; then one index for another (swap.py), and those out whose loss is not felt.
An answer is never worse than that of a smaller budget on the line: a plan that was found stays found. Interrupted (KeyboardInterrupt), or when
its time is over (OutOfTime), it gives the best of what it knows.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.indexes import condense
from tunewright_analyzers.indexes.existing import starts_with
from tunewright_analyzers.indexes.merge import merged
from tunewright_analyzers.indexes.plans import around, ever_used, explored, nodes_for, own_candidates, shared
from tunewright_analyzers.indexes.problem import (
    Choice,
    Configuration,
    OutOfTime,
    ParetoPoint,
    Problem,
    Progress,
    Rejected,
    WeightedStatement,
)
from tunewright_analyzers.indexes.program import GAP, PlanChoice, ProgramError
from tunewright_analyzers.indexes.select import greedy, new_ones
from tunewright_analyzers.indexes.swap import swapped
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError

ROUNDS = 6
"""Of solving and asking around the answer, for the budget asked for; on the line one round each."""
HALVINGS = 5
"""Points of the line: the size of what would be chosen without a budget, and its halves."""
LINE_GAP = 3e-3
"""How near the optimum a point of the line is."""
HOPELESS = 10.0
"""A statement whose load can fall below this part of today's says little of what is much and what is little."""
MOST_REJECTED = 200


@dataclass(slots=True)
class _Search:
    """One choice in the making."""

    problem: Problem
    progress: Progress | None
    pool: Configuration = frozenset()
    line: list[ParetoPoint] = field(default_factory=list)
    on_line: list[Configuration] = field(default_factory=list)
    best: Configuration = frozenset()
    _price: float = 0.0

    # --- plans ---

    def gather(self) -> None:
        """Step 1: plans of every statement."""
        problem, work = self.problem, self.problem.statements
        gains = 0.0
        for number, one in enumerate(work):
            self._tell(number, len(work) * 3)
            gains += one.seconds - problem.load(one, problem.answer(one, own_candidates(problem, one)).cost)
        self.set_price()
        for number, one in enumerate(work):
            self._tell(len(work) + number, len(work) * 3)
            explored(problem, one, nodes_for(problem, one, gains))
        used = ever_used(problem)
        self.pool = used | {index for index in new_ones(merged(used), problem.existing) if self._can_exist(index)}
        for number, one in enumerate(work):
            self._tell(2 * len(work) + number, len(work) * 3)
            shared(problem, one, self.pool)

    def set_price(self) -> None:
        """What one more index is charged, by the best plans that are known by now.

        It lies between today's load and what can be left of it: of today's alone, one hopeless statement would make all others not worth an
        index; of what can be left alone, an index that saves next to nothing would be worth it.
        """
        scale = 0.0
        for one in self.problem.statements:
            costs = [answer.cost for answer in self.problem.answers(one)]
            best = self.problem.load(one, min(costs)) if costs else one.seconds
            scale += min(math.sqrt(max(best, 0.0) * one.seconds), HOPELESS * best)
        self._price = self.problem.limits.least_gain_ratio * scale

    def _can_exist(self, index: HypotheticalIndex) -> bool:
        try:
            self.problem.size_bytes(index)
        except WhatIfError:
            return False
        return True

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    # --- solving ---

    def solved(self, budget_bytes: int | None, gap: float = GAP) -> Configuration:
        """The best set within the budget by all plans that are known now. Raises ProgramError, and OutOfTime where the solver was ended by it."""
        problem = self.problem
        saves, _ = _best_uses(problem)
        used = frozenset(
            index for index, saved in saves.items() if saved > self.price(index)
        )  # others cannot earn their price
        plans = []
        for one in problem.statements:
            own = [
                PlanChoice(answer.used, problem.load(one, answer.cost))
                for answer in problem.answers(one)
                if answer.used <= used
            ]
            plans.append([*own, PlanChoice(frozenset(), problem.load(one, problem.cost(one)))])
        sizes = {index: problem.size_bytes(index) for index in used}
        prices = {index: self.price(index) for index in used}
        found = condense.chosen(plans, sizes, prices, problem.limits, budget_bytes, gap, self._is_over)
        if self._is_over():
            raise OutOfTime
        return found

    def _is_over(self) -> bool:
        """Whether the solver must end with what it has: the time of asking is over, and nobody has said so yet."""
        return not self.problem.frozen and self.problem.enough()

    def price(self, index: HypotheticalIndex) -> float:
        """What having the index costs: its writes, and the trouble of one more."""
        return self._price + self.problem.write_load(index)

    def total(self, chosen: Iterable[HypotheticalIndex]) -> float:
        """Load and prices of a configuration, by the planner."""
        here = frozenset(chosen)
        reads = sum(self.problem.load(one, self.problem.cost(one, here)) for one in self.problem.statements)
        return reads + sum(self.price(index) for index in sorted(here, key=str))

    def ask_around(self, chosen: Configuration) -> None:
        """What the planner would like beside the chosen ones, statement by statement."""
        for one in self.problem.statements:
            around(self.problem, one, chosen, self.pool)

    def walk_line(self) -> None:
        """Step 2: the line of benefit against size; each point's surroundings are asked once."""
        chosen = self.solved(None, LINE_GAP)
        self.ask_around(chosen)
        whole = self.size(chosen)
        self.on_line = [chosen]
        for number in range(1, HALVINGS + 1):
            chosen = self.solved(whole >> number, LINE_GAP)
            self.ask_around(chosen)
            self.on_line.append(chosen)
        today = sum(one.seconds for one in self.problem.statements)
        for chosen in reversed(self.on_line):
            left = sum(self.problem.load(one, self._known_cost(one, chosen)) for one in self.problem.statements)
            point = ParetoPoint(self.size(chosen), left / today if today > 0 else 1.0, len(chosen))
            if not self.line or (
                point.size_bytes > self.line[-1].size_bytes and point.load_ratio < self.line[-1].load_ratio
            ):
                self.line.append(point)

    def _known_cost(self, one: WeightedStatement, chosen: Configuration) -> float:
        return min(answer.cost for answer in self.problem.answers(one) if answer.used <= chosen)

    def size(self, chosen: Iterable[HypotheticalIndex]) -> int:
        """Bytes of all together."""
        return sum(self.problem.size_bytes(index) for index in chosen)

    def settle(self) -> None:
        """Step 3: the answer for the budget asked for, or that of a smaller one on the line if that is better still."""
        budget = self.problem.limits.budget_bytes
        lowest = math.inf
        for _ in range(ROUNDS):
            chosen = self.solved(budget)
            now = self.total(chosen)
            if now >= lowest * (1 - 1e-9):
                break
            self.best, lowest = chosen, now
            self.ask_around(chosen)
        for chosen in self.on_line:
            if budget is None or self.size(chosen) * (1 + self.problem.limits.size_margin_ratio) <= budget:
                now = self.total(chosen)
                if now < lowest:
                    self.best, lowest = chosen, now
        for better in swapped(self.problem, ever_used(self.problem), self.best, self.price, self.total):
            self.best = better
        self.best = self._needed(self.best)

    def _needed(self, chosen: Configuration) -> Configuration:
        """Without what the planner does not miss: an index that another one stands for, or that only looked needed."""
        problem = self.problem
        for index in sorted(chosen, key=lambda one: (-problem.size_bytes(one), str(one))):
            lost, less = -self.price(index), chosen - {index}
            for one in problem.statements:
                if index.table in one.tables:
                    answer = problem.answer(one, chosen)
                    if index in answer.used:  # else it has the same plan without it
                        lost += problem.load(one, problem.cost(one, less)) - problem.load(one, answer.cost)
            if lost <= 0:
                chosen = less
        return chosen


def exact(problem: Problem, progress: Progress | None = None) -> Choice:
    """The best set of indexes that was found, what was not chosen and why, and the line of benefit against size. Raises WhatIfError."""
    problem.statements = tuple(
        sorted(problem.statements, key=lambda one: (one.id, one.text))
    )  # their order means nothing
    search = _Search(problem, progress)
    complete = True
    try:
        search.gather()
        search.walk_line()
        search.settle()
    except ProgramError:  # no solver, no answer of it: the greedy choice needs none
        return greedy(problem)
    except (KeyboardInterrupt, OutOfTime):
        problem.frozen, complete = True, False
        if not search._price:
            search.set_price()
        search.best = search.solved(problem.limits.budget_bytes)
    return Choice(tuple(sorted(search.best, key=str)), _rejected(search), tuple(search.line), complete)


def _rejected(search: _Search) -> tuple[Rejected, ...]:
    """What plans used but the answer does not hold: the load that its best plans would save, other indexes in them or not, and why not."""
    problem, chosen = search.problem, search.best
    today = sum(one.seconds for one in problem.statements)
    budget = problem.limits.budget_bytes
    room = None if budget is None else budget - search.size(chosen)
    saves, users = _best_uses(problem)
    found = []
    for index in sorted(saves.keys() - chosen, key=str):
        saved = saves[index]
        ratio, size = saved / today if today > 0 else 0.0, problem.size_bytes(index)
        if any(_stands_for(other, index) for other in chosen):
            because = "a chosen index starts with the same columns"
        elif problem.write_load(index) >= saved:
            because = "its write cost is above what it saves"
        elif room is not None and size > room:
            because = "over the budget of bytes: others save more for it"
        else:
            because = f"beside the chosen ones it saves less than {problem.limits.least_gain_ratio:.1%} of the load, net of its write cost"
        found.append(Rejected(index, ratio, size, because, tuple(users[index])))
    found.sort(key=lambda one: (-one.gain_ratio, str(one.index)))
    return tuple(found[:MOST_REJECTED])


def _best_uses(problem: Problem) -> tuple[dict[HypotheticalIndex, float], dict[HypotheticalIndex, list[StatementId]]]:
    """By index: the load that the best plans with it save, each statement once, and the statements that have such plans."""
    saves: dict[HypotheticalIndex, float] = {}
    users: dict[HypotheticalIndex, list[StatementId]] = {}
    for one in problem.statements:
        lowest: dict[HypotheticalIndex, float] = {}
        for answer in problem.answers(one):
            for index in answer.used:
                lowest[index] = min(answer.cost, lowest.get(index, math.inf))
        for index, cost in lowest.items():
            saved = one.seconds - problem.load(one, cost)
            if saved > 0:
                saves[index] = saves.get(index, 0.0) + saved
                users.setdefault(index, []).append(one.id)
    return saves, users


def _stands_for(other: HypotheticalIndex, index: HypotheticalIndex) -> bool:
    """Whether `other` can be used wherever `index` can, its included columns apart."""
    return (other.table, other.predicate, other.method) == (index.table, index.predicate, index.method) and starts_with(
        other.keys, index.keys
    )
