"""What is learnt of a line's noise: persistence, innovations, quiet and busy hours; and what does not disturb it."""

import numpy as np
import pytest

from tunewright_analyzers.regressions.noise import CALM, PRIOR, learnt

DAY, WEEK = 288, 2016
LINES = 20


def _autoregression(persistence: float, sigma: np.ndarray | float, seed: int = 3, columns: int = WEEK) -> np.ndarray:
    random = np.random.default_rng(seed)
    fresh = random.normal(0, 1, (LINES, columns)) * sigma
    found = np.zeros((LINES, columns))
    for column in range(1, columns):
        found[:, column] = persistence * found[:, column - 1] + fresh[:, column]
    return found


@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.9])
def test_persistence_and_innovations_are_learnt(persistence: float) -> None:
    noise = learnt(_autoregression(persistence, 0.1), 0)
    assert np.median(noise.persistence) == pytest.approx(persistence, abs=0.06)
    assert np.median(noise.innovation) == pytest.approx(0.1, rel=0.1)
    assert np.median(noise.stationary) == pytest.approx(0.1 / np.sqrt(1 - persistence**2), rel=0.2)


def test_half_a_day_three_times_as_slow_and_wild_buckets_hardly_count() -> None:
    calm = _autoregression(0.6, 0.1)
    shifted = calm.copy()
    shifted[:, 700:850] += np.log(3)
    shifted[:, ::97] += 2.0
    was, now = learnt(calm, 0), learnt(shifted, 0)
    assert now.innovation == pytest.approx(was.innovation, rel=0.4)
    assert now.persistence == pytest.approx(was.persistence, abs=0.1)


def test_busy_hours_have_their_own_sigma_whatever_the_hour_the_week_begins() -> None:
    begin = 5 * 12 + 7
    clock = (np.arange(begin, begin + WEEK) % DAY) // 12
    noise = learnt(_autoregression(0.3, np.where((clock >= 8) & (clock < 20), 0.3, 0.05)), begin)
    middle = np.median(noise.innovation, axis=0)
    assert middle[10:18] == pytest.approx(0.3, rel=0.25)
    assert np.concatenate([middle[:6], middle[22:]]) == pytest.approx(0.05, rel=0.35)


def test_an_hour_beside_a_busy_one_is_taken_to_be_as_busy() -> None:
    clock = (np.arange(WEEK) % DAY) // 12
    middle = np.median(learnt(_autoregression(0.3, np.where(clock == 8, 0.3, 0.05)), 0).innovation, axis=0)
    assert middle[[7, 8, 9]] == pytest.approx(0.3, rel=0.25)
    assert middle[[6, 10]] == pytest.approx(0.05, rel=0.3)


def test_even_noise_stays_even() -> None:
    noise = learnt(_autoregression(0.5, 0.1), 0)
    assert np.median(noise.innovation.max(axis=1) / noise.innovation.min(axis=1)) < 1.25


def test_of_little_little_is_believed() -> None:
    short = np.full((LINES, WEEK), np.nan)
    short[:, -12:] = _autoregression(0.0, 0.1)[:, -12:]
    assert 0.25 < np.median(learnt(short, 0).persistence) < PRIOR
    nothing = learnt(np.full((1, WEEK), np.nan), 0)
    assert nothing.persistence[0] == PRIOR
    assert nothing.innovation[0] == pytest.approx(np.full(24, CALM))
