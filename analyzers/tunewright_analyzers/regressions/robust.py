"""Medians, scales and ranks that a few wild values do not move. NaN stands for "not observed" throughout."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAD_TO_SIGMA = 1.4826
"""The standard deviation of a normal distribution, in units of its median absolute deviation."""


def median(values: Floats, axis: int) -> Floats:
    """The median of what was observed along an axis; NaN where nothing was."""
    ordered = np.sort(values, axis=axis)  # NaN sorts last
    count = (~np.isnan(values)).sum(axis=axis, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(0, (count - 1) // 2), axis=axis)
    high = np.take_along_axis(ordered, np.maximum(0, np.minimum(count // 2, values.shape[axis] - 1)), axis=axis)
    found: Floats = np.squeeze((low + high) / 2, axis=axis)
    return found


def spread(values: Floats, axis: int) -> Floats:
    """Median absolute deviation from the median, as the sigma of a normal distribution."""
    centre = np.expand_dims(median(values, axis), axis)
    return MAD_TO_SIGMA * median(np.abs(values - centre), axis)


def trailing_mean(values: Floats, count: int, least: int = 2) -> Floats:
    """Along the last axis: the mean of what was observed of the newest `count` values; NaN where that is fewer than `least`."""
    seen = ~np.isnan(values)
    sums = _trailing(np.where(seen, values, 0.0), count)
    counts = _trailing(seen.astype(np.float64), count)
    return np.where(counts >= least, sums / np.maximum(counts, 1), np.nan)


def _trailing(values: Floats, count: int) -> Floats:
    total = np.cumsum(values, axis=-1)
    earlier = np.zeros_like(total)
    earlier[..., count:] = total[..., :-count]
    return total - earlier


def mann_whitney(before: Floats, after: Floats) -> float:
    """One-sided p-value that `after` is no greater than `before`: the normal approximation with ties and continuity.

    H. B. Mann, D. R. Whitney: On a test of whether one of two random variables is stochastically larger than the other, 1947.
    """
    first, second = before[~np.isnan(before)], after[~np.isnan(after)]
    n, m = len(first), len(second)
    if n == 0 or m == 0:
        return 1.0
    pooled = np.concatenate([first, second])
    _, inverse, counts = np.unique(pooled, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    statistic = float(ranks[n:].sum()) - m * (m + 1) / 2
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1))) if total > 1 else 0.0
    if variance <= 0:
        return 1.0
    z = (statistic - n * m / 2 - 0.5) / math.sqrt(variance)
    return 0.5 * math.erfc(z / math.sqrt(2))
