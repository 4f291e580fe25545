"""Synthetic statements with habits: weekly season, batch hours, autocorrelated log noise, one-bucket spikes, in buckets of 5 minutes.

Used by bench/regressions.py. `cluster` adds how the load is spread: call rates and latencies are lognormal, so that few statements carry
most of it, as on real servers.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, Series

WEEK = 2016
WEEKS = 5
"""Four to learn from and one to judge."""
BEGIN = int(datetime(2026, 9, 28, tzinfo=UTC).timestamp()) // BUCKET_SECONDS
"""The first bucket: a Monday."""
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Habits:
    """How restless the noise is: sigma of the log and lag-1 autocorrelation, both drawn evenly for each series."""

    sigma: tuple[float, float] = (0.05, 0.25)
    correlation: tuple[float, float] = (0.3, 0.8)
    spikes: float = 0.003
    """Share of buckets that are 2 to 12 times slower."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Log latency in seconds and calls, time by series."""

    latency: Matrix
    calls: Matrix


def synthetic(count: int, seed: int, habits: Habits) -> Synthetic:
    """So many series over WEEKS weeks."""
    random = np.random.default_rng(seed)
    time = np.arange(WEEK * WEEKS)
    clock, weekend = 2 * np.pi * (time % 288) / 288, ((time // 288) % 7) >= 5
    phase = random.uniform(0, 2 * np.pi, count)
    latency = np.log(random.lognormal(np.log(0.005), 1.5, count))[None, :].repeat(len(time), axis=0)
    latency += random.uniform(0, 0.5, count) * np.cos(clock[:, None] - phase)
    latency += random.uniform(-0.4, 0.1, count) * weekend[:, None]
    for _ in range(2):  # up to two batch hours a day
        hour, has = random.integers(0, 24, count), random.random(count) < 0.6
        latency += random.uniform(0.2, 1.0, count) * has * (((time // 12) % 24)[:, None] == hour)
    latency += _noise(random, len(time), count, habits)
    latency += (random.random(latency.shape) < habits.spikes) * random.uniform(0.7, 2.5, latency.shape)
    rate = random.lognormal(np.log(200), 1.2, count) * np.exp(
        random.uniform(0, 0.8, count) * np.cos(clock[:, None] - phase) - 0.3 * weekend[:, None]
    )
    return Synthetic(latency.astype(np.float32), random.poisson(rate).astype(np.float32))


def _noise(random: np.random.Generator, length: int, count: int, habits: Habits) -> NDArray[np.float64]:
    """First-order autoregression."""
    sigma, again = random.uniform(*habits.sigma, count), random.uniform(*habits.correlation, count)
    found, value = np.empty((length, count)), random.normal(0, 1, count) * sigma
    fresh = sigma * np.sqrt(1 - again**2)
    for row in range(length):
        value = again * value + random.normal(0, 1, count) * fresh
        found[row] = value
    return found


def statement(number: int) -> StatementId:
    """The id of the series of that number."""
    return StatementId(f"{number:016x}")


class Replay:
    """A Series that is filled bucket by bucket from matrices, as the daemon would from its history, but fast.

    `followed` are the series that the judge sees as statements; the load of all the others only counts in the cluster's.
    """

    def __init__(self, seconds: Matrix, calls: Matrix, followed: list[int]) -> None:
        self.series = Series(len(followed))
        self.series.keys = [("shop", statement(number)) for number in followed]
        self._sums = np.stack([seconds[:, followed], calls[:, followed], calls[:, followed]])
        self._total = np.stack([seconds.sum(axis=1), calls.sum(axis=1), calls.sum(axis=1)])
        self._next = 0

    def upto(self, bucket: int) -> Series:
        """All before that bucket (counted from BEGIN)."""
        for grid in (self.series.fine, self.series.hours):
            fields = len(grid.values)
            for row in range(self._next, bucket):
                begin = (BEGIN + row) * BUCKET_SECONDS
                for slot, _ in grid.shares(begin, begin + BUCKET_SECONDS):
                    grid.values[:, 1:, slot] += self._sums[:fields, row]
                    grid.values[:, 0, slot] += self._total[:fields, row]
        self._next = bucket
        return self.series


def time_of(bucket: int) -> datetime:
    """When a bucket begins."""
    return datetime.fromtimestamp((BEGIN + bucket) * BUCKET_SECONDS, UTC)
