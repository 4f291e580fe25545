"""The choice of indexes for a whole workload: greedy by saved load for a byte, each step asked of the oracle again.

In comes a Problem, out comes a Choice. Deterministic: statements and candidates are sorted, ties are broken by the index's text.
Interrupted (KeyboardInterrupt), or when its time is over (OutOfTime), it gives what it had chosen until then. Called by exact.py where
the solver fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright_analyzers.facts.relations import Index, RelationName
from tunewright_analyzers.indexes.existing import serves, starts_with
from tunewright_analyzers.indexes.problem import (
    Choice,
    Configuration,
    OutOfTime,
    Problem,
    Rejected,
    WeightedStatement,
)
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

ROUNDS = 3
"""How many times the planner is asked for its next-best indexes, the used ones taken away each time."""
SWAPS = 20
"""Exchanges after the greedy steps, at most."""
_SMALLEST_BYTES = 65_536
"""Below this size differences say nothing; a benefit a byte of tiny indexes would be beyond all measure."""


def new_ones(candidates: Sequence[HypotheticalIndex], existing: Sequence[Index]) -> tuple[HypotheticalIndex, ...]:
    """Candidates that no valid existing index (or primary key) already serves, as a whole or by its left part; sorted."""
    fresh = {one for one in candidates if not any(serves(index, one) for index in existing)}
    return tuple(sorted(fresh, key=str))


def shortlist(problem: Problem) -> tuple[HypotheticalIndex, ...]:
    """The candidates that the planner itself picks for some statement when all are on offer, and its next choices. Raises WhatIfError."""
    picked: set[HypotheticalIndex] = set()
    for statement in problem.statements:
        offered = set(problem.relevant(statement, problem.candidates))
        for _ in range(ROUNDS):
            used = problem.used(statement, offered)
            if not used:
                break
            picked |= used
            offered -= used
    return tuple(sorted(picked, key=str))


def _total(problem: Problem, chosen: Configuration) -> float:
    reads = sum(problem.load(one, problem.cost(one, chosen)) for one in problem.statements)
    return reads + sum(problem.write_load(index) for index in sorted(chosen, key=str))


def _touched(problem: Problem, index: HypotheticalIndex) -> list[WeightedStatement]:
    return [one for one in problem.statements if index.table in one.tables]


def _saved(problem: Problem, index: HypotheticalIndex, chosen: Configuration) -> float:
    """Load saved by adding the index, net of what it costs writers. May be negative."""
    saved = -problem.write_load(index)
    for one in _touched(problem, index):
        saved += problem.load(one, problem.cost(one, chosen)) - problem.load(one, problem.cost(one, chosen | {index}))
    return saved


def _fits(problem: Problem, chosen: Configuration) -> bool:
    """Whether the sizes keep within the budget, with its margin, and within the bound of each table."""
    limits = problem.limits
    sizes: dict[RelationName, int] = {}
    for index in chosen:
        sizes[index.table] = sizes.get(index.table, 0) + problem.size_bytes(index)
    if limits.most_bytes_per_table is not None and any(one > limits.most_bytes_per_table for one in sizes.values()):
        return False
    whole = sum(sizes.values()) * (1 + limits.size_margin_ratio)
    return limits.budget_bytes is None or whole <= limits.budget_bytes


def _objection(
    problem: Problem, index: HypotheticalIndex, chosen: Configuration, saved: float, total: float
) -> str | None:
    """Why the index may not be added now; None where it may."""
    limits = problem.limits
    if saved < limits.least_gain_ratio * total:
        return f"saves less than {limits.least_gain_ratio:.1%} of the workload's load, net of its write cost"
    if limits.most_per_table is not None and sum(one.table == index.table for one in chosen) >= limits.most_per_table:
        return f"its table would get more than {limits.most_per_table} new indexes"
    if not _fits(problem, chosen | {index}):
        return "over the budget of bytes"
    best = 0.0
    for one in _touched(problem, index):
        before, now, after = problem.cost(one), problem.cost(one, chosen), problem.cost(one, chosen | {index})
        if limits.is_regression(before, after):
            return "a statement would cost more than today"
        best = max(best, 1 - after / now if now > 0 else 0.0)
    if best < limits.least_statement_ratio:
        return f"makes no statement cheaper by {limits.least_statement_ratio:.0%}"
    return None


def _redundant(index: HypotheticalIndex, chosen: Configuration) -> bool:
    """Whether a chosen index starts with the same keys and holds the same rows and columns."""
    return any(
        one.table == index.table
        and one.predicate == index.predicate
        and one.method == index.method
        and starts_with(one.keys, index.keys)
        and set(index.included) <= {*(key.column for key in one.keys), *one.included}
        for one in chosen - {index}
    )


def _pruned(problem: Problem, chosen: Configuration) -> Configuration:
    """Without the indexes that later ones made needless: those whose loss costs less than they cost writers, or a tenth of the least gain."""
    total = _total(problem, frozenset())
    for index in sorted(chosen, key=str):
        rest = chosen - {index}
        lost = _total(problem, rest) - _total(problem, chosen)
        if _redundant(index, chosen) or lost < problem.limits.least_gain_ratio * total / 10:
            chosen = rest
    return chosen


def _value(problem: Problem, chosen: Configuration, table: RelationName, price: float) -> float:
    """What the statements on one table and its chosen indexes cost; every index has a price of its own, so that few are preferred."""
    mine = [index for index in chosen if index.table == table]
    reads = sum(problem.load(one, problem.cost(one, chosen)) for one in problem.statements if table in one.tables)
    return reads + sum(problem.write_load(index) for index in sorted(mine, key=str)) + price * len(mine)


def _allowed(problem: Problem, chosen: Configuration) -> bool:
    """Whether the configuration keeps within the budget and makes no statement dearer than today."""
    if not _fits(problem, chosen):
        return False
    limits = problem.limits
    return not any(limits.is_regression(problem.cost(one), problem.cost(one, chosen)) for one in problem.statements)


def _swapped(problem: Problem, pool: Sequence[HypotheticalIndex], chosen: Configuration, total: float) -> Configuration:
    """Exchange a chosen index for another on its table as long as that lowers the whole: what greedy took early may be served better."""
    price = problem.limits.least_gain_ratio * total / 2
    for _ in range(SWAPS):
        best: tuple[float, str, Configuration] | None = None
        for out in sorted(chosen, key=str):
            now = _value(problem, chosen, out.table, price)
            for index in pool:
                if index.table != out.table or index in chosen or _redundant(index, chosen - {out}):
                    continue
                other = chosen - {out} | {index}
                gain = now - _value(problem, other, out.table, price)
                rank = (-gain, f"{out} {index}", other)
                if gain > price / 10 and (best is None or rank[:2] < best[:2]) and _allowed(problem, other):
                    best = rank
        if best is None:
            break
        chosen = best[2]
    return chosen


@dataclass(slots=True)
class _Steps:
    """A greedy choice in the making: what is chosen so far is always an answer."""

    problem: Problem
    pool: tuple[HypotheticalIndex, ...] = ()
    chosen: Configuration = frozenset()
    total: float = 0.0

    def take(self) -> None:
        """Add the index that saves most for a byte until none saves enough; exchange, then drop what became needless."""
        self.pool = shortlist(self.problem)
        self.total = _total(self.problem, frozenset())
        most = self.problem.limits.most_indexes
        while most is None or len(self.chosen) < most:
            best = self._next()
            if best is None:
                break
            self.chosen |= {best}
        self.chosen = _swapped(self.problem, self.pool, self.chosen, self.total)
        self.chosen = _pruned(self.problem, self.chosen)

    def _next(self) -> HypotheticalIndex | None:
        best: tuple[float, str, HypotheticalIndex] | None = None
        for index in self.pool:
            if index in self.chosen or _redundant(index, self.chosen):
                continue
            saved = _saved(self.problem, index, self.chosen)
            if _objection(self.problem, index, self.chosen, saved, self.total) is None:
                score = saved / max(self.problem.size_bytes(index), _SMALLEST_BYTES)
                rank = (-score, str(index), index)
                best = rank if best is None or rank[:2] < best[:2] else best
        return best[2] if best is not None else None


def greedy(problem: Problem) -> Choice:
    """The choice, step by step; what it has so far where it is interrupted. Raises WhatIfError."""
    steps, complete = _Steps(problem), True
    try:
        steps.take()
    except (KeyboardInterrupt, OutOfTime):
        problem.frozen, complete = True, False
    rejected = _rejected(problem, steps.pool, steps.chosen, steps.total)
    return Choice(tuple(sorted(steps.chosen, key=str)), rejected, (), complete)


def _rejected(
    problem: Problem, pool: Sequence[HypotheticalIndex], chosen: Configuration, total: float
) -> tuple[Rejected, ...]:
    """The candidates the planner would have used but that were not chosen, with the reason; the best first."""
    found = []
    for index in pool:
        if index in chosen:
            continue
        alone = _saved(problem, index, frozenset())
        if _redundant(index, chosen):
            because = "a chosen index starts with the same columns"
        else:
            saved = _saved(problem, index, chosen)
            because = _objection(problem, index, chosen, saved, total) or "others save more for a byte"
        found.append(Rejected(index, alone / total if total > 0 else 0.0, problem.size_bytes(index), because))
    return tuple(sorted(found, key=lambda one: (-one.gain_ratio, str(one.index))))
