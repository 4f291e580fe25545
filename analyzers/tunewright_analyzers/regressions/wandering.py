"""How much slower than usual an hour may be because its days differ: a batch that does not come on time, days that are busier than nights.

In come hourly values of four weeks and what is usual, out goes a tolerance by bucket, which a line must pass besides before it counts as slow.
It is nothing where all hours of the day are alike. Called by residuals.py.
"""

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.baseline import DAY, Pattern
from tunewright_analyzers.regressions.robust import Floats, spread

LEAST_DAYS = 14
"""Days without which nobody knows how they differ."""
CALM_HOURS = 0.25
"""The quantile of a day's hours that tells how restless an ordinary one is."""
UNLIKE = 1.5
"""An hour that together with its neighbours differs so many times more from day to day than an ordinary one wanders."""
ORDINARY = 1.64
"""Sigmas above what is usual: one day in twenty is beyond."""
NEAR = (-1, 0, 1)
"""Hours that what wanders may reach."""


def tolerance(hourly: Floats, end: int, known: Pattern, hours: NDArray[np.int64]) -> Floats:
    """By line and hour asked for, as logs: the highest that is ordinary in a wandering hour (what one day in twenty exceeds), at
    this one or the next to it, above what is usual now. `hourly`: lines by the hours before `end` (from 1970), whole days.
    """
    unrest = _unrest(hourly - known.at(np.arange(end - hourly.shape[1], end)), end)
    around = np.sqrt(np.mean([np.roll(unrest, step, axis=1) ** 2 for step in NEAR], axis=0))
    ordinary = np.nanquantile(np.where(np.isnan(around), np.inf, around), CALM_HOURS, axis=1, method="lower")
    wanders = around > UNLIKE * ordinary[:, None]
    highest = np.full((len(hourly), len(hours)), -np.inf)
    for step in NEAR:
        clock = (hours + step) % DAY
        reached = np.where(wanders[:, clock], known.at(hours + step) + ORDINARY * unrest[:, clock], -np.inf)
        highest = np.fmax(highest, reached)
    found: Floats = np.maximum(0.0, np.nan_to_num(highest - known.at(hours), nan=0.0, neginf=0.0))
    return found


def _unrest(residual: Floats, end: int) -> Floats:
    """The sigma of days at each hour of the day, by their middle: neither a shift of some days nor a wild hour moves it."""
    days = residual.reshape(len(residual), residual.shape[1] // DAY, DAY)
    seen = (~np.isnan(days)).sum(axis=1)
    found = np.where(seen >= LEAST_DAYS, spread(days, axis=1), np.nan)
    return np.roll(found, end % DAY, axis=1)
