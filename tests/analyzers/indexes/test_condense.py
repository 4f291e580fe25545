"""The condensed programme: within its limits, never worse than nothing, and the whole programme's own answer where it is small."""

import random

import pytest

from formula import TABLES, index_on, size_of
from tunewright_analyzers.indexes import condense
from tunewright_analyzers.indexes.problem import Configuration, Limits
from tunewright_analyzers.indexes.program import PlanChoice, Program

_POOL = [index_on(table, keys) for table in TABLES for keys in ("a", "b", "c", "ab", "bc", "ca", "abc")]
_SIZES = {index: size_of(index) for index in _POOL}
_PRICES = dict.fromkeys(_POOL, 0.05)
_LIMITS = Limits(size_margin_ratio=0.0)


def _plans(seed: int) -> list[list[PlanChoice]]:
    """Forty statements of up to nine plans, dearer the less they need."""
    generator = random.Random(seed)
    found = []
    for _ in range(40):
        today = generator.uniform(1, 10)
        needs = [frozenset(generator.sample(_POOL, generator.randint(1, 4))) for _ in range(8)]
        found.append([PlanChoice(frozenset(), today), *(PlanChoice(one, today * generator.random()) for one in needs)])
    return found


def _total(plans: list[list[PlanChoice]], here: Configuration) -> float:
    return sum(min(one.load for one in each if one.needs <= here) for each in plans) + 0.05 * len(here)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("budget", [None, 20_000_000, 6_000_000, 0])
def test_small_enough_it_is_the_whole_programme(seed: int, budget: int | None) -> None:
    plans = _plans(seed)
    found = condense.chosen(plans, _SIZES, _PRICES, _LIMITS, budget)
    assert found == Program(plans, _SIZES, _PRICES, _LIMITS).solve(budget)[0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("budget", [None, 20_000_000, 6_000_000, 0])
def test_condensed_it_keeps_to_the_budget_and_comes_near(
    monkeypatch: pytest.MonkeyPatch, seed: int, budget: int | None
) -> None:
    plans = _plans(seed)
    best = condense.chosen(plans, _SIZES, _PRICES, _LIMITS, budget)
    monkeypatch.setattr(condense, "MOST_PLANS", 0)
    found = condense.chosen(plans, _SIZES, _PRICES, _LIMITS, budget)
    assert budget is None or sum(map(size_of, found)) <= budget
    nothing = _total(plans, frozenset())
    assert _total(plans, found) <= nothing
    assert nothing - _total(plans, found) >= 0.85 * (nothing - _total(plans, best))


def test_ended_early_it_answers_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condense, "MOST_PLANS", 0)
    found = condense.chosen(_plans(0), _SIZES, _PRICES, _LIMITS, 20_000_000, enough=lambda: True)
    assert sum(map(size_of, found)) <= 20_000_000
