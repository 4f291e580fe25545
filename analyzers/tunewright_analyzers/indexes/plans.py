"""Which plans a statement can have: asked of the oracle so that few questions tell of many configurations.

In comes a Problem, out comes knowledge in its answers: each a plan with the indexes it needs and its cost (INUM's cached plans, VLDB 2007, but
whole plans of the real planner). Called by exact.py, before and between its integer programmes.

1. `explored`: the statement's own candidates, all on offer; then, for each index of the plan, only smaller ones on its table; the cheapest
   plan first. So the plans found span what a byte less costs.
2. `shared`: the indexes that any statement used, offered to each other statement on the same table; the used ones are taken away in turn.
3. `around`: a chosen configuration with all that the statement might use: what would improve it, given the rest.
"""

import heapq
from collections.abc import Collection, Iterable

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.problem import Answer, Configuration, Problem, WeightedStatement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

LEAST_NODES, MOST_NODES = 9, 45
"""Offers to explore for one statement: more for those that can save more of the workload's load."""
SMALLER = 0.85
"""The next offer on a table holds only indexes below this share of the size of the one that was used."""
LATER = 1.5
"""Factor on the cost by which an offer without just one index waits its turn."""
SHARED_ROUNDS = 8
AROUND_ROUNDS = 4
NO_GAIN = 0.995
"""Share of today's cost above which a plan gains nothing worth following."""

Caps = frozenset[tuple[RelationName, int]]


def own_candidates(problem: Problem, statement: WeightedStatement) -> Configuration:
    """The candidates made from the statement's text; where they are not told, all on its tables."""
    return problem.relevant(statement, statement.candidates or problem.candidates)


def nodes_for(problem: Problem, statement: WeightedStatement, total_gain: float) -> int:
    """How many offers the statement is worth."""
    best = problem.answer(statement, own_candidates(problem, statement)).cost
    gain = statement.seconds - problem.load(statement, best)
    share = gain / total_gain if total_gain > 0 else 0.0
    return int(LEAST_NODES + (MOST_NODES - LEAST_NODES) * min(1.0, 8 * share))


def explored(problem: Problem, statement: WeightedStatement, nodes: int) -> None:
    """Ask for the best plan, then for those with smaller indexes, the cheapest first. Raises WhatIfError."""
    own = own_candidates(problem, statement)
    today = problem.cost(statement)
    start: tuple[Caps, Configuration] = (frozenset(), frozenset())
    queue: list[tuple[float, int, tuple[Caps, Configuration]]] = [(0.0, 0, start)]
    seen = {start}
    asked = 0
    while queue and asked < nodes:
        _, _, (caps, without) = heapq.heappop(queue)
        answer = problem.answer(statement, _below(problem, own, dict(caps)) - without)
        asked += 1
        if answer.cost >= today * NO_GAIN:
            continue
        for index in sorted(answer.used, key=str):
            lower = dict(caps)
            lower[index.table] = int(problem.size_bytes(index) * SMALLER)
            # Smaller ones only; and, later, any other one: what is as good may serve other statements too.
            for child, late in (((frozenset(lower.items()), without), 1.0), ((caps, without | {index}), LATER)):
                if child not in seen:
                    seen.add(child)
                    heapq.heappush(queue, (answer.cost * late, len(seen), child))


def _below(problem: Problem, offered: Configuration, caps: dict[RelationName, int]) -> Configuration:
    return frozenset(one for one in offered if one.table not in caps or problem.size_bytes(one) <= caps[one.table])


def ever_used(problem: Problem) -> Configuration:
    """Every index that a plan of any statement uses."""
    return frozenset(index for one in problem.statements for answer in problem.answers(one) for index in answer.used)


def shared(problem: Problem, statement: WeightedStatement, pool: Iterable[HypotheticalIndex]) -> None:
    """Offer what others use, and take away in turn what this one uses of it. Raises WhatIfError."""
    offered = problem.relevant(statement, pool)
    today = problem.cost(statement)
    for _ in range(SHARED_ROUNDS):
        answer = problem.answer(statement, offered)
        if not answer.used or answer.cost >= today * NO_GAIN:
            return
        offered -= answer.used


def around(
    problem: Problem, statement: WeightedStatement, chosen: Collection[HypotheticalIndex], pool: Configuration
) -> Answer:
    """Ask what would improve the statement under the chosen indexes. Returns its plan under them alone. Raises WhatIfError."""
    here = problem.relevant(statement, chosen)
    offered = here | problem.relevant(statement, pool)
    for _ in range(AROUND_ROUNDS):
        answer = problem.answer(statement, offered)
        if answer.used <= here:
            return answer
        offered -= answer.used - here
    return problem.answer(statement, here)
