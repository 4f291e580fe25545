"""Ranks: against counting out by hand, and against what is known of chance."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.effects.ranks import factor, probability

POSITIVE = st.floats(0.001, 1000.0)
SAMPLES = st.lists(POSITIVE, min_size=1, max_size=12)


def by_hand(before: list[float], after: list[float]) -> float:
    """The share of all divisions of the values in which U is as far from its middle."""
    values, first = [*before, *after], len(before)
    middle = first * len(after) / 2

    def distance(chosen: tuple[int, ...]) -> float:
        rest = [values[n] for n in range(len(values)) if n not in chosen]
        return abs(sum(late > values[n] for n in chosen for late in rest) - middle)

    ours = distance(tuple(range(first)))
    every = [distance(one) for one in itertools.combinations(range(len(values)), first)]
    return sum(one >= ours for one in every) / len(every)


@pytest.mark.parametrize("seed", range(6))
def test_the_exact_probability_is_that_of_all_divisions(seed: int) -> None:
    chance = random.Random(seed)
    before = [chance.random() for _ in range(5)]
    after = [chance.random() + seed / 5 for _ in range(4)]
    assert probability(before, after) == pytest.approx(by_hand(before, after))


def test_the_normal_approximation_joins_the_exact_one() -> None:
    chance = random.Random(3)
    before = [chance.random() for _ in range(20)]
    after = [chance.random() + 0.2 for _ in range(20)]
    exact = probability(before, after)
    assert probability(before, [*after, after[0]]) == pytest.approx(exact, rel=0.35)  # a tie: the other way


@given(SAMPLES, SAMPLES, st.floats(0.01, 100.0))
def test_scale_and_direction_do_not_matter(before: list[float], after: list[float], scale: float) -> None:
    there = factor(before, after)
    back = factor(after, before)
    assert there.low <= there.ratio <= there.high
    assert there.ratio * back.ratio == pytest.approx(1.0)
    assert (there.low, there.high) == (pytest.approx(1 / back.high), pytest.approx(1 / back.low))
    assert there.probability == pytest.approx(back.probability)
    scaled = factor(before, [value * scale for value in after])
    assert scaled.ratio == pytest.approx(there.ratio * scale)


def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    chance, held, rare, rounds = random.Random(11), 0, 0, 400
    for _ in range(rounds):
        before = [chance.lognormvariate(0, 0.3) for _ in range(24)]
        found = factor(before, [chance.lognormvariate(math.log(1.5), 0.3) for _ in range(24)])
        held += found.low <= 1.5 <= found.high
        rare += probability(before, [chance.lognormvariate(0, 0.3) for _ in range(24)]) < 0.01
    assert 0.92 <= held / rounds <= 0.98
    assert rare / rounds <= 0.025


@pytest.mark.parametrize(("before", "after"), [([], [1.0]), ([1.0], []), ([0.0], [1.0]), ([1.0], [-1.0])])
def test_what_cannot_be_compared(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="positive numbers"):
        factor(before, after)


def test_nothing_and_sameness_are_no_difference() -> None:
    assert probability([], [1.0]) == 1.0
    assert probability([2.0] * 30, [2.0] * 30) == 1.0
