"""The integer programme made small where statements have very many plans: first the plans that some price of bytes prefers, then what lies near.

In come the plans of all statements, out comes the best set of indexes that was found. Called by exact.py. Up to MOST_PLANS nothing is left
out and the answer is program.py's own; beyond, statements of ten tables each made the programme take minutes. On one such workload (113
statements, 2,088 plans) the sets that this finds cost 2.5 % more than the proved best, in a fifteenth of the time.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tunewright_analyzers.indexes.problem import Configuration, Limits
from tunewright_analyzers.indexes.program import GAP, PlanChoice, Program, undominated
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

MOST_PLANS = 1_200
ROUNDS = 3
NEAR = 3
"""Plans a statement gains in a round: the cheapest of those that lack one index of the set at most."""
BYTE_PRICES = (0.0, *(4.0**power for power in range(-3, 5)))
"""Of a byte, in loads of the whole workload by bytes of all indexes."""
SHARINGS = (0.0, 0.5, 1.0)
"""How much of an index a statement pays for: all of it, or the less the more statements have plans with it."""

Plans = list[list[PlanChoice]]


def chosen(
    plans: Sequence[Sequence[PlanChoice]],
    sizes: Mapping[HypotheticalIndex, int],
    prices: Mapping[HypotheticalIndex, float],
    limits: Limits,
    budget_bytes: int | None,
    gap: float = GAP,
    enough: Callable[[], bool] | None = None,
) -> Configuration:
    """The best set within the budget, as far as it was found; `enough` ends the search. Raises ProgramError."""
    every = [undominated(one) for one in plans]
    if sum(map(len, every)) <= MOST_PLANS:
        return Program(every, sizes, prices, limits).solve(budget_bytes, gap, enough)[0]
    few = _preferred(every, sizes, prices)
    best, lowest = frozenset[HypotheticalIndex](), float("inf")
    for _ in range(ROUNDS):
        found = Program(few, sizes, prices, limits).solve(budget_bytes, gap, enough)[0]
        total = _total(every, prices, found)
        if total >= lowest:
            break
        best, lowest = found, total
        if not _grown(few, every, found) or (enough is not None and enough()):
            break
    return best


def _total(every: Plans, prices: Mapping[HypotheticalIndex, float], here: Configuration) -> float:
    loads = sum(min(plan.load for plan in one if plan.needs <= here) for one in every)
    return loads + sum(prices[index] for index in sorted(here, key=str))


def _preferred(
    every: Plans, sizes: Mapping[HypotheticalIndex, int], prices: Mapping[HypotheticalIndex, float]
) -> Plans:
    """Of each statement the plans that one of the prices would choose, and those that need nothing."""
    users = Counter(index for one in every for index in frozenset[HypotheticalIndex]().union(*(p.needs for p in one)))
    byte = sum(max(plan.load for plan in one) for one in every) / max(sum(sizes.values()), 1)
    few: Plans = []
    for one in every:
        kept = {plan for plan in one if not plan.needs}
        for price in BYTE_PRICES:
            for sharing in SHARINGS:

                def cost(plan: PlanChoice, price: float = price * byte, sharing: float = sharing) -> float:
                    needs = sorted(plan.needs, key=str)
                    shares: list[float] = [
                        (prices[one] + price * sizes[one]) / float(users[one]) ** sharing for one in needs
                    ]
                    return plan.load + sum(shares)

                kept.add(min(one, key=cost))
        few.append([plan for plan in one if plan in kept])
    return few


def _grown(few: Plans, every: Plans, here: Configuration) -> bool:
    """Add to each statement the cheapest plans that lack one index at most; whether there were any."""
    grown = False
    for mine, one in zip(few, every, strict=True):
        known = set(mine)
        near = [plan for plan in one if len(plan.needs - here) <= 1 and plan not in known]
        mine += sorted(near, key=lambda plan: plan.load)[:NEAR]
        grown = grown or bool(near)
    return grown
