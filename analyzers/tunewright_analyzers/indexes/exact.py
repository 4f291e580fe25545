"""The choice of indexes by an integer programme over plans of the real planner, improved until the planner has nothing to add.

In comes a Problem, out comes a Choice. The Chooser that `advise` uses. Steps:
1. plans of each statement alone (plans.explored), then of what others use and of merged indexes (plans.shared);
2. for a line of budgets that does not depend on the one asked for: solve, ask the planner around the answer, solve again;
3. the same for the budget asked for, until nothing changes; then indexes are dropped whose loss the planner does not feel.
An answer is never worse than that of a smaller budget on the line: a plan that was found stays found. Interrupted (KeyboardInterrupt), it
gives the best of what it knows.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from tunewright_analyzers.indexes.existing import starts_with
from tunewright_analyzers.indexes.merge import merged
from tunewright_analyzers.indexes.plans import around, ever_used, explored, nodes_for, own_candidates, shared
from tunewright_analyzers.indexes.problem import (
    Choice,
    Configuration,
    ParetoPoint,
    Problem,
    Progress,
    Rejected,
    WeightedStatement,
)
from tunewright_analyzers.indexes.program import PlanChoice, Program
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError

ROUNDS = 6
"""Of solving and asking around the answer, for the budget asked for; on the line one round each."""
HALVINGS = 5
"""Points of the line: the size of what would be chosen without a budget, and its halves."""
LINE_GAP = 1e-3
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
    best: Configuration = frozenset()
    refused: set[HypotheticalIndex] = field(default_factory=set)
    _price: float = 0.0

    # --- plans ---

    def gather(self) -> None:
        """Step 1: plans of every statement."""
        problem, work = self.problem, self.problem.statements
        gains, scale = 0.0, 0.0
        for number, one in enumerate(work):
            self._tell(number, len(work) * 3)
            best = problem.load(one, problem.answer(one, own_candidates(problem, one)).cost)
            gains += one.seconds - best
            # Between today's load and what can be left of it: of today's alone, one hopeless statement would make all others not worth
            # an index; of what can be left alone, an index that saves next to nothing would be worth it.
            scale += min(math.sqrt(max(best, 0.0) * one.seconds), HOPELESS * best)
        self._price = problem.limits.least_gain_ratio * scale
        for number, one in enumerate(work):
            self._tell(len(work) + number, len(work) * 3)
            explored(problem, one, nodes_for(problem, one, gains))
        used = ever_used(problem)
        self.pool = used | {index for index in merged(used) if self._can_exist(index)}
        for number, one in enumerate(work):
            self._tell(2 * len(work) + number, len(work) * 3)
            shared(problem, one, self.pool)

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

    def program(self) -> Program:
        """The integer programme over all plans that are known now."""
        problem = self.problem
        plans = []
        for one in problem.statements:
            own = [PlanChoice(answer.used, problem.load(one, answer.cost)) for answer in problem.answers(one)]
            plans.append([*own, PlanChoice(frozenset(), problem.load(one, problem.cost(one)))])
        used = ever_used(problem)
        sizes = {index: problem.size_bytes(index) for index in used}
        return Program(plans, sizes, {index: self.price(index) for index in used}, problem.limits)

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
        chosen, _ = self.program().solve(None, LINE_GAP)
        self.ask_around(chosen)
        whole = self.size(chosen)
        found = [chosen]
        for number in range(1, HALVINGS + 1):
            chosen, _ = self.program().solve(whole >> number, LINE_GAP)
            self.ask_around(chosen)
            found.append(chosen)
        today = sum(one.seconds for one in self.problem.statements)
        for chosen in reversed(found):
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
        """Step 3: the answer for the budget asked for."""
        budget = self.problem.limits.budget_bytes
        lowest = math.inf
        for _ in range(ROUNDS):
            chosen, _ = self.program().solve(budget)
            now = self.total(chosen)
            if now >= lowest * (1 - 1e-9):
                break
            self.best, lowest = chosen, now
            self.ask_around(chosen)
        self.best = self._needed(self.best)

    def _needed(self, chosen: Configuration) -> Configuration:
        """Without what the planner does not miss: an index that another one stands for, or that only looked needed."""
        now = self.total(chosen)
        for index in sorted(chosen, key=lambda one: (-self.problem.size_bytes(one), str(one))):
            without = self.total(chosen - {index})
            if without <= now:
                chosen, now = chosen - {index}, without
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
    except KeyboardInterrupt:
        problem.frozen, complete = True, False
        search.best = search.program().solve(problem.limits.budget_bytes)[0]
    return Choice(tuple(sorted(search.best, key=str)), _rejected(search), tuple(search.line), complete)


def _rejected(search: _Search) -> tuple[Rejected, ...]:
    """What plans used but the answer does not hold: the load that its best plans would save, other indexes in them or not, and why not."""
    problem, chosen = search.problem, search.best
    today = sum(one.seconds for one in problem.statements)
    budget = problem.limits.budget_bytes
    room = None if budget is None else budget - search.size(chosen)
    found = []
    for index in sorted(ever_used(problem) - chosen, key=str):
        saved, users = 0.0, []
        for one in problem.statements:
            plans = [answer.cost for answer in problem.answers(one) if index in answer.used]
            if plans and (less := one.seconds - problem.load(one, min(plans))) > 0:
                saved += less
                users.append(one.id)
        ratio, size = saved / today if today > 0 else 0.0, problem.size_bytes(index)
        if any(_stands_for(other, index) for other in chosen):
            because = "a chosen index starts with the same columns"
        elif problem.write_load(index) >= saved:
            because = "its write cost is above what it saves"
        elif room is not None and size > room:
            because = "over the budget of bytes: others save more for it"
        else:
            because = f"beside the chosen ones it saves less than {problem.limits.least_gain_ratio:.1%} of the load, net of its write cost"
        found.append(Rejected(index, ratio, size, because, tuple(users)))
    found.sort(key=lambda one: (-one.gain_ratio, str(one.index)))
    return tuple(found[:MOST_REJECTED])


def _stands_for(other: HypotheticalIndex, index: HypotheticalIndex) -> bool:
    """Whether `other` can be used wherever `index` can, its included columns apart."""
    return (other.table, other.predicate, other.method) == (index.table, index.predicate, index.method) and starts_with(
        other.keys, index.keys
    )
