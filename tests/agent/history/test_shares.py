"""Shares of clusters: sums that must hold for any agents and clusters, and a simulation in which agents come, die and return."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tunewright_agent.history.shares import GIVEN_AT_ONCE, Agent, Waits, claimable, share, surplus

WAITS = Waits(patience=5.0, settled=60.0)
CLUSTERS = tuple(f"c{number:02}" for number in range(40))


def agent(name: str, *wanted: str, since: float = 0.0) -> Agent:
    return Agent(name, frozenset(wanted), since)


def test_one_alone_has_all() -> None:
    me = agent("a", *CLUSTERS)
    assert share(me, (me,)) == 40
    assert claimable(me, (me,), dict.fromkeys(CLUSTERS, 0.0), 0, 0.0, WAITS) == CLUSTERS
    assert surplus(me, (me,), frozenset(CLUSTERS), {"a": 40}, 1000.0, WAITS) == frozenset()


@pytest.mark.parametrize(("number", "expected"), [(2, 20), (3, 14), (4, 10), (41, 1)])
def test_equals_have_equal_shares_rounded_up(number: int, expected: int) -> None:
    agents = tuple(agent(f"a{one}", *CLUSTERS) for one in range(number))
    assert {share(one, agents) for one in agents} == {expected}


def test_what_few_want_counts_more() -> None:
    wide, narrow = agent("wide", *CLUSTERS), agent("narrow", *CLUSTERS[:10])
    assert (share(wide, (wide, narrow)), share(narrow, (wide, narrow))) == (35, 5)


def test_a_sidecar_is_not_starved_by_many_others() -> None:
    agents = tuple(agent(name, name) for name in CLUSTERS)
    assert all(share(one, agents) == 1 for one in agents)


def test_one_cluster_never_moves_from_who_has_it() -> None:
    one, two = agent("one", "shop"), agent("two", "shop")
    assert surplus(one, (one, two), frozenset({"shop"}), {"one": 1}, 1000.0, WAITS) == frozenset()


def test_few_are_given_at_once_and_only_to_who_is_settled_and_wants_them() -> None:
    one, new = agent("one", *CLUSTERS), agent("two", *CLUSTERS, since=950.0)
    all_of_them = frozenset(CLUSTERS)
    assert surplus(one, (one, new), all_of_them, {"one": 40}, 1009.9, WAITS) == frozenset()
    assert len(surplus(one, (one, new), all_of_them, {"one": 40}, 1010.0, WAITS)) == GIVEN_AT_ONCE
    picky = agent("picky", "c39", "c38")
    assert surplus(one, (one, picky), all_of_them, {"one": 40}, 1000.0, WAITS) == {"c38"}


@dataclass
class World:
    """Agents that look one after the other every 2.5 s, in any order; the store is a dict."""

    chance: random.Random
    agents: dict[str, Agent] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    free: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CLUSTERS, 0.0))
    now: float = 0.0
    moves: int = 0

    def look(self, name: str) -> None:
        agents, me = tuple(self.agents[one] for one in sorted(self.agents)), self.agents[name]
        mine = frozenset(cluster for cluster, holder in self.holders.items() if holder == name)
        given = surplus(me, agents, mine, Counter(self.holders.values()), self.now, WAITS)
        for cluster in given:
            del self.holders[cluster]
            self.free[cluster] = self.now
        left = {one: since for one, since in self.free.items() if one in me.wanted and one not in given}
        for cluster in claimable(me, agents, left, len(mine - given), self.now, WAITS):
            self.holders[cluster] = name
            del self.free[cluster]
            self.moves += 1

    def round(self) -> None:
        order = list(self.agents)
        self.chance.shuffle(order)
        for name in order:
            self.look(name)
        self.now += 2.5

    def die(self, name: str) -> None:
        del self.agents[name]
        for cluster in [one for one, holder in self.holders.items() if holder == name]:
            del self.holders[cluster]
            self.free[cluster] = self.now


@pytest.mark.parametrize("seed", range(20))
def test_whoever_comes_and_goes_all_are_held_in_time_and_in_the_end_evenly(seed: int) -> None:
    world = World(random.Random(seed))
    for step in range(12):
        if world.agents and world.chance.random() < 0.4:
            world.die(world.chance.choice(sorted(world.agents)))
        if not world.agents or world.chance.random() < 0.7:
            name = f"a{step}"
            some = world.chance.sample(CLUSTERS, world.chance.choice((10, 40)))
            world.agents[name] = agent(name, *some, since=world.now)
        for _ in range(4):
            world.round()
            wanted = frozenset().union(*(one.wanted for one in world.agents.values()))
            alone = [world.now - since for cluster, since in world.free.items() if cluster in wanted]
            assert max(alone, default=0.0) <= WAITS.patience + 2.5, "nothing that anybody wants is left alone"
    for _ in range(60):
        world.round()
    agents, counts = tuple(world.agents.values()), Counter(world.holders.values())
    crowded = [one for one in agents if counts[one.holder] > share(one, agents)]
    for one in crowded:  # more than its share only where nobody with room wants what it has
        mine = {cluster for cluster, holder in world.holders.items() if holder == one.holder}
        assert not [
            other
            for other in agents
            if other.holder != one.holder and counts[other.holder] < share(other, agents) and other.wanted & mine
        ]
    settled = world.moves
    for _ in range(20):
        world.round()
    assert world.moves == settled, "nothing goes to and fro"
