"""Synthetic statements with habits: weekly season, batch hours, autocorrelated log noise, one-bucket spikes, in buckets of 5 minutes.

Used by bench/regressions.py. Call rates and latencies are lognormal, so that few statements carry most of the load, as on real servers.
The families of HABITS differ in one respect each, so that no method does well by knowing the noise it is judged on.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, Series

DAY, WEEK = 288, 2016
WEEKS = 5
"""Four to learn from and one to judge."""
BEGIN = int(datetime(2026, 9, 28, tzinfo=UTC).timestamp()) // BUCKET_SECONDS
"""The first bucket: a Monday."""
Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]


WILDEST = 6.0
"""Sigmas."""
SLOW_CORRELATION = 0.995


@dataclass(frozen=True, slots=True)
class Habits:
    """How restless the noise is: sigma of the log and lag-1 autocorrelation, both drawn evenly for each series."""

    sigma: tuple[float, float] = (0.05, 0.25)
    correlation: tuple[float, float] = (0.3, 0.8)
    spikes: float = 0.003
    """Share of buckets that are 2 to 12 times slower."""
    tails: float | None = None
    """Degrees of freedom of Student's t that the innovations follow, up to WILDEST sigmas; None: normal."""
    bursts: float = 0.0
    """Episodes a series and week: two to four buckets that are 1.3 to 3 times slower."""
    late: float = 0.0
    """Hours by which a day's batches begin later or earlier than usual (sigma)."""
    busy: float = 1.0
    """How many times the noise of the night that of the day is."""
    drift: float = 0.0
    """Sigma of a slow second autoregression (lag-1 correlation SLOW_CORRELATION: its half-life is 11 hours)."""
    releases: float = 0.0
    """Releases a week, each with half the statements called 0.5 to 2 times as often from then on, latency unchanged."""


HABITS = {
    "usual": Habits(),
    "restless": Habits(correlation=(0.3, 0.95)),
    "heavy_tails": Habits(tails=3.0),
    "bursts": Habits(bursts=3.0),
    "late_batches": Habits(late=0.5),
    "busy_days": Habits(busy=3.0),
    "drift": Habits(drift=0.1),
    "releases": Habits(releases=2.0),
}


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Log latency in seconds and calls, time by series; and what noise each series was given."""

    latency: Matrix
    calls: Matrix
    sigma: Floats
    correlation: Floats
    habits: Habits

    def strength(self, number: int, start: int, count: int, factor: float) -> float:
        """The z that a step of a series so many buckets later has for one who knows when it began, and its noise (the best there is:
        generalised least squares over a day before it; spikes, bursts and batches are not in it, nor that what is usual is an estimate).
        """
        time = np.arange(start - DAY, start + count)
        apart, scale = np.abs(time[:, None] - time[None, :]), busier(time, self.habits)
        slow = self.habits.drift**2 * SLOW_CORRELATION**apart
        covariance = (self.sigma[number] ** 2 * self.correlation[number] ** apart + slow) * np.outer(scale, scale)
        step = np.log(factor) * (time >= start)
        return float(np.sqrt(step @ np.linalg.solve(covariance, step)))


def busier(time: NDArray[np.int64], habits: Habits) -> Floats:
    """By bucket: how many times the night's the noise is."""
    found: Floats = np.where(np.cos(2 * np.pi * (time % DAY) / DAY) < 0, habits.busy, 1.0)
    return found


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
        latency += _batch(random, time, count, habits)
    sigma, again = random.uniform(*habits.sigma, count), random.uniform(*habits.correlation, count)
    latency += _noise(random, len(time), sigma, again, habits) * busier(time, habits)[:, None]
    latency += (random.random(latency.shape) < habits.spikes) * random.uniform(0.7, 2.5, latency.shape)
    latency += _bursts(random, len(time), count, habits)
    rate = random.lognormal(np.log(200), 1.2, count) * np.exp(
        random.uniform(0, 0.8, count) * np.cos(clock[:, None] - phase) - 0.3 * weekend[:, None]
    )
    rate *= _releases(random, len(time), count, habits)
    return Synthetic(latency.astype(np.float32), random.poisson(rate).astype(np.float32), sigma, again, habits)


def _batch(random: np.random.Generator, time: NDArray[np.int64], count: int, habits: Habits) -> Floats:
    """An hour a day in which each series is slower, if it has one."""
    hour, has, height = random.integers(0, 24, count), random.random(count) < 0.6, random.uniform(0.2, 1.0, count)
    begin = np.broadcast_to(hour * 12, (len(time) // 288, count))
    if habits.late:
        begin = begin + np.rint(random.normal(0, 12 * habits.late, begin.shape)).astype(np.int64)
    return height * has * (((time % 288)[:, None] - begin[time // 288]) % 288 < 12)


def _noise(random: np.random.Generator, length: int, sigma: Floats, again: Floats, habits: Habits) -> Floats:
    """First-order autoregression, and a slow one where the habits have it."""
    found = _autoregression(random, length, sigma, again, habits.tails)
    if habits.drift:
        found += _autoregression(
            random, length, np.full(len(sigma), habits.drift), np.full(len(sigma), SLOW_CORRELATION), None
        )
    return found


def _autoregression(
    random: np.random.Generator, length: int, sigma: Floats, again: Floats, tails: float | None
) -> Floats:
    found, value = np.empty((length, len(sigma))), random.normal(0, 1, len(sigma)) * sigma
    fresh = sigma * np.sqrt(1 - again**2)
    for row in range(length):
        drawn = random.normal(0, 1, len(sigma)) if tails is None else _student(random, tails, len(sigma))
        value = again * value + drawn * fresh
        found[row] = value
    return found


def _student(random: np.random.Generator, tails: float, count: int) -> Floats:
    """Student's t, scaled to a sigma of one; beyond WILDEST a statement would be a thousand times slower for an hour, and that is no noise."""
    return np.clip(random.standard_t(tails, count) * np.sqrt((tails - 2) / tails), -WILDEST, WILDEST)


def _bursts(random: np.random.Generator, length: int, count: int, habits: Habits) -> Floats:
    found = np.zeros((length, count))
    for begin, series in zip(*np.nonzero(random.random((length, count)) < habits.bursts / WEEK), strict=True):
        found[begin : begin + random.integers(2, 5), series] = random.uniform(np.log(1.3), np.log(3))
    return found


def _releases(random: np.random.Generator, length: int, count: int, habits: Habits) -> Floats:
    """How often each series is called, against its own habit."""
    found = np.ones((length, count))
    for begin in np.flatnonzero(random.random(length) < habits.releases / WEEK):
        found[begin:] *= np.where(random.random(count) < 0.5, random.uniform(0.5, 2.0, count), 1.0)
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
