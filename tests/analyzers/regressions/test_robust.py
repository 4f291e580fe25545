"""Medians, scales and ranks, against values worked out by other means."""

import numpy as np
import pytest

from tunewright_analyzers.regressions.robust import mann_whitney, median, spread, trailing_mean

NAN = float("nan")


def test_the_median_passes_over_what_was_not_observed() -> None:
    values = np.array([[3.0, NAN, 1.0, 2.0], [NAN, 4.0, NAN, 2.0], [NAN] * 4])
    assert median(values, 1).tolist()[:2] == [2.0, 3.0]
    assert np.isnan(median(values, 1)[2])


def test_the_median_is_numpys_where_all_was_observed() -> None:
    values = np.random.default_rng(1).normal(size=(7, 31, 5))
    for axis in range(3):
        assert np.allclose(median(values, axis), np.median(values, axis=axis))


def test_the_spread_is_the_sigma_of_a_normal_distribution_and_wild_values_do_not_move_it() -> None:
    values = np.random.default_rng(1).normal(5, 2, size=(1, 20_000))
    assert spread(values, 1)[0] == pytest.approx(2, rel=0.03)
    values[0, :2000] = 1e9
    assert spread(values, 1)[0] == pytest.approx(2, rel=0.2)


def test_a_trailing_mean_needs_two_values() -> None:
    found = trailing_mean(np.array([[1.0, NAN, 3.0, 5.0, NAN, NAN]]), 3)[0]
    assert found[2:4].tolist() == [2.0, 4.0]
    assert found[4] == 4.0
    assert np.isnan(found[[0, 1, 5]]).all()


def test_mann_whitney_by_hand() -> None:
    """{1, 2, 3} before {4, 5, 6}: U = 9 of mean 4.5 and variance 5.25; (9 - 4.5 - 0.5) / sqrt(5.25) = 1.746."""
    assert mann_whitney(np.array([1.0, 2, 3]), np.array([4.0, 5, 6])) == pytest.approx(0.0404, abs=0.0002)


def test_mann_whitney_with_ties_by_hand() -> None:
    """Ranks of the second are 2.5, 6, 6, 9, 10: U = 18.5 of mean 12.5 and variance 25 / 12 (11 - 126 / 90) = 20; 5.5 / sqrt(20) = 1.230."""
    assert mann_whitney(np.array([1.0, 2, 3, 3, 3]), np.array([2.0, 3, 3, 4, 5])) == pytest.approx(0.1094, abs=0.0002)


def test_mann_whitney_says_nothing_of_nothing() -> None:
    assert mann_whitney(np.array([]), np.array([1.0])) == 1.0
    assert mann_whitney(np.array([2.0, 2.0]), np.array([2.0, 2.0])) == 1.0
