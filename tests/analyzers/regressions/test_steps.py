"""The matched filter: what it scores, what it passes over, and that its limits keep the promise they are derived from."""

import numpy as np
import pytest

from tunewright_analyzers.regressions.robust import Floats
from tunewright_analyzers.regressions.steps import FALSE_A_WEEK, WEEK, WIDTHS, Scores, false_openings, limits, scores

EFFECT = float(np.log(1.2))


def _noise(persistence: float, sigma: float, lines: int, columns: int, seed: int = 11) -> Floats:
    fresh = np.random.default_rng(seed).normal(0, sigma, (lines, columns))
    found = np.zeros((lines, columns))
    for column in range(1, columns):
        found[:, column] = persistence * found[:, column - 1] + fresh[:, column]
    return found


def _scored(values: Floats, persistence: float, sigma: float, effect: float = EFFECT, judged: int = 288) -> Scores:
    lines, columns = values.shape
    learning = np.broadcast_to(np.arange(columns) < columns - judged, values.shape)
    known = np.full(lines, persistence)
    return scores(values, np.full(values.shape, sigma), known, np.full(lines, effect), learning, np.full(lines, 1.3))


@pytest.mark.parametrize("persistence", [0.0, 0.8])
def test_noise_passes_a_limit_no_more_often_than_was_derived(persistence: float) -> None:
    """With no effect asked for, so that the score is z itself; openings that follow within four hours are one."""
    lines, columns = 300, 4000
    found = _scored(_noise(persistence, 0.1, lines, columns), persistence, 0.1, effect=-100.0, judged=0)
    for limit in (3.5, 4.0):
        count = 0
        for line in found.score:
            above = np.flatnonzero(line > limit)
            count += int((np.diff(above, prepend=-1000) > WIDTHS[-1]).sum())
        promised = false_openings(limit) * lines * columns
        assert promised / 5 < count < promised


def test_limits_share_one_false_opening_a_week_by_load() -> None:
    shares = np.array([0.4, 0.3, 0.1, *[0.05] * 3, *[0.005] * 10])
    found = limits(shares)
    assert sum(false_openings(one) * WEEK for one in found.tolist()) == pytest.approx(FALSE_A_WEEK, rel=0.02)
    assert np.all(np.diff(found) >= 0)
    assert limits(np.array([0.0])) == limits(np.array([1e-3]))


@pytest.mark.parametrize(("persistence", "sigma"), [(0.3, 0.1), (0.7, 0.08), (0.85, 0.04)])
def test_a_step_is_scored_from_its_first_bucket(persistence: float, sigma: float) -> None:
    values = _noise(persistence, sigma, 30, 700)
    values[:, -24:] += np.log(1.6)
    found = _scored(values, persistence, sigma)
    assert np.mean(found.score[:, -1] > 4.5) > 0.95
    assert np.median(np.abs(found.begin[:, -1] - (700 - 24))) <= 4  # the widths are four apart and more


def test_spikes_bursts_and_small_steps_score_nothing() -> None:
    values = np.random.default_rng(2).normal(0, 0.05, (3, 700))
    values[0, -9] += 3.0
    values[1, -9:-5] += 1.0  # a burst of four buckets
    values[2, -30:] += np.log(1.1)
    assert _scored(values, 0.0, 0.05).score[:, -40:].max() == 0.0


def test_what_is_over_is_no_step_and_what_still_stands_is() -> None:
    values = np.random.default_rng(6).normal(0, 0.05, (2, 700))
    values[0, -12:-2] += np.log(2)
    values[1, -10:] += np.log(2)
    found = _scored(values, 0.0, 0.05).score
    assert found[0, -3] > 8
    assert found[0, -1] == 0.0
    assert found[1, -1] > 8


def test_one_wild_bucket_does_not_make_a_step_of_a_slow_hour() -> None:
    """A persistent line wanders above the effect; a spike at its beginning must not count as the jump of a step."""
    values = np.zeros((1, 700))
    values[0, -60:] = np.minimum(np.arange(60) * 0.02, 0.3)
    without = _scored(values, 0.9, 0.1).score[0, -1]
    values[0, -24] += 2.5
    assert _scored(values, 0.9, 0.1).score[0, -1] < without + 2.0


def test_gaps_are_passed_over() -> None:
    values = np.random.default_rng(4).normal(0, 0.1, (1, 2000))
    values[:, -96:] += np.log(2)
    values[:, np.arange(2000) % 4 != 3] = np.nan
    found = _scored(values, 0.0, 0.1)
    assert found.score[0, -1] > 8
    assert abs(found.begin[0, -1] - (2000 - 96)) <= 12
    assert found.score[0, -2] == 0.0  # nothing was observed there


def test_a_line_that_scatters_more_than_its_noise_says_is_scored_less() -> None:
    """A slow drift, that a first-order model does not know, is measured on the line's own past."""
    calm = _noise(0.3, 0.1, 20, 2304)
    drifting = calm + _noise(0.99, 0.1 * np.sqrt(1 - 0.99**2) * 2, 20, 2304, seed=5)
    for values in (calm, drifting):
        values[:, -24:] += np.log(1.6)
    assert np.median(_scored(drifting, 0.3, 0.1).score[:, -1]) < 0.8 * np.median(_scored(calm, 0.3, 0.1).score[:, -1])
