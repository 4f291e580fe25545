"""How surely each line stepped up, bucket by bucket: a matched filter for a step in autocorrelated noise. Called by judge.py.

A step of height d at t0 shows in the innovations e[t] = x[t] - p x[t-1] as d at t0 and d (1 - p) after it, so that by least squares

    z = (e[t0] / s[t0]^2 + (1 - p) sum e[t] / s[t]^2) / sqrt(1 / s[t0]^2 + (1 - p)^2 sum 1 / s[t]^2)

is normal where nothing happened. It is taken for steps that began 9 to 48 observations ago, each divided by what it scatters more than it
should on the line's own past (drift), and counts where six tenths of the observations since, and seven at least, are above the effect, and two
of the newest three: a burst that is over is none.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import Floats, spread

WIDTHS = (9, 12, 16, 24, 36, 48)
"""Observations since the step: three quarters of an hour to four hours where each bucket has one."""
CLIP = 4.0
"""One innovation counts so many sigmas at most."""
SPIKE = 2.0
"""A bucket that stands above both its neighbours counts so many sigmas of an innovation above the higher one at most."""
SLOW_SHARE, SLOW_COUNT = 0.6, 7
NEWEST, STILL_SLOW = 3, 2
STRIDE = 4
"""z of neighbours are nearly the same: every fourth tells how they scatter."""
LEAST_LEARNT = 100
FALSE_A_WEEK = 1.0
"""False openings a cluster and week that all lines together are allowed."""
WEEK = 2016
LEAST_SHARE = 1e-3
"""Lighter lines are taken to carry so much."""


@dataclass(frozen=True, slots=True)
class Scores:
    """By line and bucket: the highest z of a step (0: none that is slow enough), and the bucket in which that step began."""

    score: Floats
    begin: NDArray[np.int64]


def scores(residual: Floats, sigma: Floats, persistence: Floats, effect: Floats, learning: NDArray[np.bool_], unknown: Floats) -> Scores:  # fmt: skip
    """Of residuals of logs, lines by buckets. `sigma` of an innovation by bucket, `effect` as a log, `learning`: buckets that came before
    those judged; `unknown` is what z is divided by where too little came before.
    """
    order = np.argsort(~np.isnan(residual), axis=1, kind="stable")  # what was observed, moved to the end
    values, widths = np.take_along_axis(residual, order, axis=1), np.take_along_axis(sigma, order, axis=1)
    known = np.take_along_axis(learning, order, axis=1)
    values = _trimmed(values, widths)
    slow = _since_begin(values >= effect[:, None])
    still = slow[:, NEWEST:] - slow[:, :-NEWEST] >= STILL_SLOW
    best, begin = np.zeros(values.shape), np.broadcast_to(np.arange(values.shape[1]), values.shape).copy()
    for width, z in _matched(values, widths, persistence):
        z = z / _scatter(np.where(known, z, np.nan), unknown)[:, None]
        count = slow[:, width:] - slow[:, :-width]
        better = np.zeros(z.shape, bool)
        enough = (count >= max(SLOW_COUNT, SLOW_SHARE * width)) & still[:, width - NEWEST :]
        better[:, width - 1 :] = enough & (z > best)[:, width - 1 :]
        best = np.where(better, z, best)
        begin[:, width - 1 :] = np.where(better[:, width - 1 :], order[:, : z.shape[1] - width + 1], begin[:, width - 1 :])  # fmt: skip
    found, since = np.zeros(values.shape), np.zeros(values.shape, np.int64)
    np.put_along_axis(found, order, best, axis=1)
    np.put_along_axis(since, order, begin, axis=1)
    return Scores(found, since)


def _trimmed(values: Floats, sigma: Floats) -> Floats:
    """Lower what stands above both neighbours (the newest: above the two before it)."""
    around = np.concatenate([values[:, :1], values, values[:, -2:-1]], axis=1)
    highest = np.fmax(around[:, :-2], around[:, 2:]) + SPIKE * sigma
    return np.where(np.isnan(highest), values, np.minimum(values, highest))


def _since_begin(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cumulative counts, with a leading zero."""
    return np.concatenate([np.zeros((len(flags), 1), np.int64), np.cumsum(flags, axis=1)], axis=1)


def _matched(values: Floats, sigma: Floats, persistence: Floats) -> Iterator[tuple[int, Floats]]:
    """z of a step so many observations before each; NaN where there were fewer."""
    again, gain = persistence[:, None], (1 - persistence)[:, None]
    fresh = np.full(values.shape, np.nan)
    fresh[:, 1:] = np.clip((values[:, 1:] - again * values[:, :-1]) / sigma[:, 1:], -CLIP, CLIP) / sigma[:, 1:]
    weight = np.where(np.isnan(fresh), np.nan, sigma**-2.0)
    sums, weights = np.cumsum(np.nan_to_num(fresh), axis=1), np.cumsum(np.nan_to_num(weight), axis=1)
    for width in WIDTHS:
        found = np.full(values.shape, np.nan)
        first, last = slice(0, values.shape[1] - width + 1), slice(width - 1, None)
        step = fresh[:, first] + gain * (sums[:, last] - sums[:, first])
        found[:, last] = step / np.sqrt(weight[:, first] + gain**2 * (weights[:, last] - weights[:, first]))
        yield width, found


def _scatter(z: Floats, unknown: Floats) -> Floats:
    """What z of the past scatters, at least 1, by its middle: the begins and ends of shifts stand in the tails."""
    few = z[:, ::STRIDE]
    enough = (~np.isnan(few)).sum(axis=1) >= LEAST_LEARNT
    found: Floats = np.where(enough, np.fmax(1.0, spread(few, axis=1)), unknown)
    return found


def false_openings(limit: float, least: int = WIDTHS[0], most: int = WIDTHS[-1]) -> float:
    """How often z of normal noise passes a limit, a bucket: of a step `least` to `most` buckets before.

    D. Siegmund, E. S. Venkatraman: Using the generalized likelihood ratio statistic for sequential detection of a change-point, 1995; an
    upper bound here, since fewer widths are looked at and steps must be slow enough besides (tests/analyzers/regressions/test_steps.py).
    """
    x = np.linspace(limit / math.sqrt(most), limit / math.sqrt(least), 200)
    half = x / 2
    density = np.exp(-(half**2) / 2) / math.sqrt(2 * math.pi)
    area = np.array([0.5 * math.erf(one / math.sqrt(2)) for one in half.tolist()])
    overshoot = 2 / x * area / (half * (area + 0.5) + density)
    integrand = x * overshoot**2
    integral = float(((integrand[1:] + integrand[:-1]) / 2 * np.diff(x)).sum())
    return limit * math.exp(-(limit**2) / 2) / math.sqrt(2 * math.pi) * integral


@cache
def _table() -> tuple[Floats, Floats]:
    """Limits by the share of the load, both rising."""
    limits = np.linspace(2.5, 6.5, 81)
    shares = np.array([false_openings(one) * WEEK / FALSE_A_WEEK for one in limits.tolist()])
    return np.log(shares[::-1]), limits[::-1].copy()


def limits(share: Floats) -> Floats:
    """The limit of a line that carries so much of the load now: its part of FALSE_A_WEEK is its share (C. R. Genovese, K. Roeder,
    L. Wasserman: False discovery control with p-value weighting, 2006). So many light lines cannot cry wolf, and a heavy one is heard soon.
    """
    logs, found = _table()
    return np.interp(np.log(np.clip(share, LEAST_SHARE, 1.0)), logs, found)
