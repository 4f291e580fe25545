"""What an hour may be slower because its days differ: nothing where they are alike, a batch's height where it does not come on time."""

import numpy as np

from tunewright_analyzers.regressions.baseline import pattern
from tunewright_analyzers.regressions.wandering import tolerance

DAYS, END = 28, 24 * 20_000 + 7
HOURS = np.arange(END, END + 24)
CLOCK = HOURS % 24


def _tolerance(hourly: np.ndarray) -> np.ndarray:
    return tolerance(hourly, END, pattern(hourly, END), HOURS)


def _hourly(lines: int, sigma: np.ndarray | float = 0.1, days: int = DAYS, seed: int = 1) -> np.ndarray:
    """Logs of 28 days before END; the first column has END's hour of the day."""
    found = np.random.default_rng(seed).normal(0, 1, (lines, DAYS * 24)) * np.tile(np.broadcast_to(sigma, 24), DAYS)
    found[:, : (DAYS - days) * 24] = np.nan
    return found


def _late(lines: int, late: float) -> np.ndarray:
    """A batch of an hour at 14 o'clock that is three times slower and begins so many hours late or early (sigma), anew each day."""
    random, found = np.random.default_rng(2), _hourly(lines, 0.05)
    begin = 14 + random.normal(0, late, (lines, DAYS))
    for hour in range(24):
        inside = np.clip(np.minimum(hour + 1, begin + 1) - np.maximum(hour, begin), 0, 1)
        found[:, (hour - END) % 24 :: 24] += np.log(3) * inside
    return found


def test_hours_that_are_alike_tolerate_nothing() -> None:
    found = _tolerance(_hourly(300))
    assert np.mean(found > 0) < 0.04


def test_a_batch_that_comes_on_time_is_no_reason() -> None:
    assert np.mean(_tolerance(_late(300, 0.0)) > 0) < 0.04


def test_about_a_batch_that_wanders_its_height_is_tolerated() -> None:
    found = np.median(_tolerance(_late(100, 0.5)), axis=0)
    for hour in (13, 15):
        assert 0.8 * np.log(3) < found[hour == CLOCK][0] < 1.2 * np.log(3)
    assert 0.2 * np.log(3) < found[CLOCK == 14][0] < 0.8 * np.log(3)
    assert np.all(found[(CLOCK < 11) | (CLOCK > 17)] < 0.05)


def test_busier_hours_tolerate_what_one_day_in_twenty_exceeds() -> None:
    busy = (CLOCK >= 6) & (CLOCK < 18)
    found = _tolerance(_hourly(200, np.where(busy, 0.3, 0.1)))
    assert 0.4 < np.median(found[:, (CLOCK >= 8) & (CLOCK < 16)]) < 0.6
    assert np.mean(found[:, (CLOCK < 4) | (CLOCK >= 20)] > 0) < 0.05


def test_some_bad_days_and_a_fortnight_too_little_are_none() -> None:
    hourly = _hourly(50)
    hourly[:, 2 * 24 + 5 :: 5 * 24] += np.log(3)  # every fifth day, at one hour
    assert np.mean(_tolerance(hourly) > 0) < 0.1
    assert _tolerance(_hourly(50, np.where(CLOCK < 6, 0.5, 0.1), days=13)).max() == 0.0
    assert _tolerance(np.full((2, DAYS * 24), np.nan)).max() == 0.0
