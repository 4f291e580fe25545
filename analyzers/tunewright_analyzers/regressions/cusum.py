"""CUSUM of robust z-scores along time, for many lines at once (E. S. Page: Continuous inspection schemes, 1954).

    closed --[score > limit and the last hour is `effect` above usual, or a step]--> open --[the last hour is no longer above `keep`]--> closed

A step: three observations in a row above four sigmas and 2.5 times `effect`; what is many times slower need not wait for the score.
A line that is open stays open while it is slow, whatever its score; `since` is where the score left zero before it opened.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import Floats, trailing_mean

ALLOWANCE = 0.75
"""k: sigmas a bucket that are no sign of a shift."""
LIMIT = 20.0
"""h: about seven buckets of four sigmas, or twenty of 1.75."""
CLIP = 4.0
"""One wild bucket counts so many sigmas at most."""
BEYOND = 1.5
"""In the mean of an hour a bucket counts at least so many times the log of the effect that is asked for, or a calm line could never reach it."""
STEP, STEEP = 3, 2.5
HOUR = 12
"""Buckets."""


@dataclass(frozen=True, slots=True)
class Scan:
    """By line: whether it is open at the end, the column where that began (-1: it is not), and its score."""

    is_open: NDArray[np.bool_]
    since: NDArray[np.int64]
    score: Floats


def scores(z: Floats, cap: Floats | float = np.inf) -> Floats:
    """The score after each column, lines by time; NaN leaves it as it was. `cap` bounds how long the end of a shift goes unseen."""
    steps = np.nan_to_num(np.clip(z, -CLIP, CLIP) - ALLOWANCE)
    found, score = np.empty_like(steps), np.zeros(len(steps))
    for column in range(steps.shape[1]):
        score = np.minimum(np.maximum(score + steps[:, column], 0.0), cap)
        found[:, column] = score
    return found


def scan(
    residual: Floats, scale: Floats, limit: Floats, effect: Floats, keep: Floats, was_open: NDArray[np.bool_]
) -> Scan:
    """Residuals of logs (lines by time) against their scale; `effect` and `keep` are ratios that open and that keep open."""
    width = scale[:, None]
    by_column = scores(residual / width, 2 * limit)
    most = np.maximum(CLIP * width, BEYOND * np.log(effect)[:, None])
    hour = trailing_mean(np.clip(residual, -most, most), HOUR)
    step = _in_a_row(residual > np.maximum(CLIP * width, np.log(STEEP * effect)[:, None]), ~np.isnan(residual))
    opens = ((by_column > limit[:, None]) & (hour > np.log(effect)[:, None])) | step
    ends = ~np.isnan(hour) & (hour <= np.log(keep)[:, None]) & ~step  # nothing observed for an hour: as it was
    return _states(by_column, opens, ends, was_open)


def _in_a_row(above: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the newest STEP observations are all above."""
    found, run = np.zeros_like(above), np.zeros(len(above), np.int64)
    for column in range(above.shape[1]):
        run = np.where(seen[:, column], np.where(above[:, column], run + 1, 0), run)
        found[:, column] = run >= STEP
    return found


def _states(by_column: Floats, opens: NDArray[np.bool_], ends: NDArray[np.bool_], was_open: NDArray[np.bool_]) -> Scan:
    lines, columns = by_column.shape
    is_open, zero = was_open.copy(), np.full(lines, -1, np.int64)
    since = np.where(was_open, 0, -1)
    for column in range(columns):
        zero[by_column[:, column] == 0.0] = column
        begin, end = ~is_open & opens[:, column], is_open & ends[:, column]
        since = np.where(begin, zero + 1, np.where(end, -1, since))
        is_open = (is_open | begin) & ~end
    return Scan(is_open, since, by_column[:, -1])
