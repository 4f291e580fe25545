"""Exchange one chosen index for another and ask the planner: what the programme cannot see, because no plan with it was ever asked for.

In comes a Problem with an answer, out comes one that is as good or better. Called by exact.py at its end. Pairs are tried in the order of what
they could save at the very best by the plans that are known; the planner has the last word on each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.indexes.problem import Configuration, Problem
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

MOST_TRIED = 24
"""Pairs asked of the planner, in all."""
_NOTHING = 1e-9


@dataclass(slots=True)
class _Swaps:
    problem: Problem
    pool: Configuration
    price: Callable[[HypotheticalIndex], float]
    total: Callable[[Configuration], float]

    def best_with(self) -> dict[HypotheticalIndex, set[StatementId]]:
        """By index: the statements that have a plan with it."""
        found: dict[HypotheticalIndex, set[StatementId]] = {}
        for one in self.problem.statements:
            for answer in self.problem.answers(one):
                for index in answer.used:
                    found.setdefault(index, set()).add(one.id)
        return found

    def ranked(self, chosen: Configuration) -> list[tuple[float, str, Configuration]]:
        """(what it saves at the very best, negative; a text for ties; the configuration), the best first."""
        problem, users = self.problem, self.best_with()
        least = {
            one.id: min((answer.cost for answer in problem.answers(one)), default=0.0) for one in problem.statements
        }
        found = []
        for out in [None, *sorted(chosen, key=str)]:
            rest = chosen - {out}
            for new in sorted(self.pool - chosen, key=str):
                if (out is not None and out.table != new.table) or new not in users or not self._fits(rest | {new}):
                    continue
                gain = (self.price(out) if out is not None else 0.0) - self.price(new)
                for one in problem.statements:
                    if new.table not in one.tables:
                        continue
                    now = problem.answer(one, chosen)
                    if one.id in users[new]:
                        gain += problem.load(one, now.cost) - problem.load(one, least[one.id])
                    elif out in now.used:
                        left = [answer.cost for answer in problem.answers(one) if answer.used <= rest]
                        gain += problem.load(one, now.cost) - problem.load(one, min(left, default=problem.cost(one)))
                if gain > _NOTHING:
                    found.append((-gain, f"{out} {new}", rest | {new}))
        return sorted(found, key=lambda one: one[:2])

    def _fits(self, chosen: Configuration) -> bool:
        limits, sizes = self.problem.limits, self.problem.size_bytes
        room = limits.budget_bytes
        if room is not None and sum(map(sizes, chosen)) * (1 + limits.size_margin_ratio) > room:
            return False
        if limits.most_indexes is not None and len(chosen) > limits.most_indexes:
            return False
        for table in {one.table for one in chosen}:
            mine = [one for one in chosen if one.table == table]
            if limits.most_per_table is not None and len(mine) > limits.most_per_table:
                return False
            if limits.most_bytes_per_table is not None and sum(map(sizes, mine)) > limits.most_bytes_per_table:
                return False
        return True


def swapped(
    problem: Problem,
    pool: Configuration,
    chosen: Configuration,
    price: Callable[[HypotheticalIndex], float],
    total: Callable[[Configuration], float],
) -> Iterator[Configuration]:
    """Ever better configurations, the last the best; none where nothing is better. Raises WhatIfError."""
    swaps, now, tried = _Swaps(problem, pool, price, total), total(chosen), 0
    seen: set[Configuration] = {chosen}
    while tried < MOST_TRIED:
        for _, _, other in swaps.ranked(chosen):
            if other in seen or tried >= MOST_TRIED:
                continue
            seen.add(other)
            tried += 1
            then = total(other)
            if then < now * (1 - 1e-9):
                chosen, now = other, then
                yield chosen
                break
        else:
            return
