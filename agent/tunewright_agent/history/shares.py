"""How many clusters each agent should hold where several want the same, what it may claim at once, and what it gives away. Pure.

An agent's share: each cluster that it wants counts as one divided by the living agents that want it. Whole clusters are held, so up to the share
rounded up; the sum of those is never below the number of clusters, so that room is always found and nothing goes to and fro:
only who holds more gives, only who holds less takes.

Invariants: what only we want is ours at once; what is free is claimed by anybody once it was free for `patience`, so that no share
leaves a cluster alone; clusters go to agents that have been there for `settled` only, so that one that starts and dies moves nothing.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

GIVEN_AT_ONCE = 5
"""Clusters that are given away between two looks at most: each must be read anew by who takes it."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One that renewed its presence in time. `since` by the store's clock."""

    holder: str
    wanted: frozenset[str]
    since: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: how long a cluster is left to those whose share it is, and how long an agent must have been there to be given one."""

    patience: float
    settled: float


def _rivals(agents: Iterable[Agent]) -> Counter[str]:
    """How many agents want each cluster."""
    return Counter(cluster for one in agents for cluster in one.wanted)


def share(me: Agent, agents: tuple[Agent, ...]) -> int:
    """How many clusters it should hold at most."""
    rivals = _rivals(agents)
    by_rivals = Counter(rivals[cluster] for cluster in me.wanted)
    return math.ceil(sum((Fraction(number, many) for many, number in by_rivals.items()), Fraction(0)))


def claimable(
    me: Agent, agents: tuple[Agent, ...], free: Mapping[str, float], held: int, now: float, waits: Waits
) -> tuple[str, ...]:
    """Which of the free clusters (by the time since when) are to be claimed now; `held` of ours already. In order."""
    rivals, room, found = _rivals(agents), share(me, agents) - held, []
    for cluster in sorted(free, key=lambda one: (rivals[one] > 1, one)):
        if rivals[cluster] > 1 and room <= 0 and now - free[cluster] < waits.patience:
            continue
        room -= 1
        found.append(cluster)
    return tuple(sorted(found))


def surplus(
    me: Agent, agents: tuple[Agent, ...], mine: frozenset[str], held: Mapping[str, int], now: float, waits: Waits
) -> frozenset[str]:
    """Which of `mine` are to be given away now, since others have room for them; `held` is how many each agent holds."""
    excess = min(GIVEN_AT_ONCE, len(mine) - share(me, agents))
    others = [one for one in agents if one.holder != me.holder and now - one.since >= waits.settled]
    room = {one.holder: share(one, agents) - held.get(one.holder, 0) for one in others}
    given: set[str] = set()
    for cluster in sorted(mine):
        taker = next((one for one in others if cluster in one.wanted and room[one.holder] > 0), None)
        if len(given) < excess and taker is not None:
            room[taker.holder] -= 1
            given.add(cluster)
    return frozenset(given)
