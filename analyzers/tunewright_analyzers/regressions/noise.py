"""How restless each line is by itself: persistence and innovations of its residuals, learnt robustly from the days before those judged.

The model is a first-order autoregression, x[t] = persistence * x[t-1] + innovation, whose innovations may be larger at some hours of the
day than at others. In come residuals of logs (lines by buckets, NaN where nothing was observed), out goes a Noise; called by judge.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import MAD_TO_SIGMA, Floats, median, spread

CALM = 0.03
"""Innovations are taken to be at least so large (of the log): 3 %."""
MOST_PERSISTENT = 0.97
PRIOR, PRIOR_COUNT = 0.5, 30
"""Persistence that is assumed before anything is seen, and how many observations it is worth."""
HOURS, PER_HOUR = 24, 12
LEAST_AN_HOUR = 20
"""Observations within an hour of the day without which the day is taken to be even."""
MAD_EFFICIENCY = 0.37
"""Of the median absolute deviation, against the standard deviation of normal values."""


@dataclass(frozen=True, slots=True)
class Noise:
    """By line: persistence (0 to 1), and the sigma of innovations by hour of the day (UTC)."""

    persistence: Floats
    innovation: Floats

    @property
    def stationary(self) -> Floats:
        """The sigma of residuals by line and hour of the day."""
        found: Floats = self.innovation / np.sqrt(1 - self.persistence**2)[:, None]
        return found

    def wider(self, factor: Floats) -> "Noise":
        """With innovations so many times larger, by line."""
        return Noise(self.persistence, self.innovation * factor[:, None])


def learnt(values: Floats, begin: int) -> Noise:
    """From residuals, buckets in time order; `begin` is the first one's number since 1970. A whole number of days.

    Persistence by the scales of sums and differences (R. Gnanadesikan, J. R. Kettenring: Robust estimates, residuals, and outlier
    detection, 1972): neither wild buckets nor a shift move it much.
    """
    now, before = values[:, 1:], values[:, :-1]
    both = np.count_nonzero(~np.isnan(now + before), axis=1)
    total, difference = spread(now + before, axis=1) ** 2, spread(now - before, axis=1) ** 2
    raw = np.nan_to_num((total - difference) / np.maximum(total + difference, 1e-12))
    persistence = np.clip((raw * both + PRIOR * PRIOR_COUNT) / (both + PRIOR_COUNT), 0.0, MOST_PERSISTENT)
    fresh = np.full(values.shape, np.nan)
    fresh[:, 1:] = now - persistence[:, None] * before
    even = np.nan_to_num(spread(fresh, axis=1))[:, None]
    return Noise(persistence, np.maximum(CALM, even * _by_hour(fresh, even, begin)))


def _by_hour(fresh: Floats, even: Floats, begin: int) -> Floats:
    """How many times the usual the innovations of an hour are, drawn towards one as far as chance explains it.

    Where hours do differ, each is as restless as the more restless of its neighbours: a busy day does not begin at the full hour.
    """
    lines = len(fresh)
    off = np.abs(fresh - median(fresh, axis=1)[:, None])
    by_clock = np.roll(off, begin % (HOURS * PER_HOUR), axis=1).reshape(lines, -1, HOURS, PER_HOUR)
    values = by_clock.transpose(0, 2, 1, 3).reshape(lines, HOURS, -1)
    seen = (~np.isnan(values)).sum(axis=2)
    ratio = np.log(np.maximum(MAD_TO_SIGMA * median(values, axis=2), 1e-9) / np.maximum(even, 1e-9))
    enough = (seen >= LEAST_AN_HOUR).all(axis=1)
    chance = 1 / (2 * MAD_EFFICIENCY * np.maximum(1, seen.min(axis=1)))
    real = np.clip(1 - chance / np.maximum(np.var(ratio, axis=1), 1e-9), 0.0, 1.0)
    drawn = np.nan_to_num(real)[:, None] * ratio
    highest = np.stack([np.roll(drawn, hours, axis=1) for hours in (-1, 0, 1)]).max(axis=0)
    found: Floats = np.where(enough[:, None], np.exp(highest), 1.0)
    return found


def hours_of(begin: int, count: int) -> NDArray[np.int64]:
    """The hour of the day of so many buckets from one on."""
    return (np.arange(begin, begin + count) // PER_HOUR) % HOURS
