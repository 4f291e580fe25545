"""The methods of the reference's table, as baselines for bench/regressions.py. Each says for a week, bucket by bucket, which series alarm.

All are given the same four weeks before; a shift is found where a method alarms within 24 buckets (two hours) of its begin.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seasonal import WEEK

Floats = NDArray[np.float64]
Alarms = NDArray[np.bool_]
HOURS = np.arange(WEEK) // 12


class Learned:
    """What four weeks of log latencies teach the simple methods."""

    def __init__(self, weeks: Floats) -> None:
        self.mean, self.sigma = weeks.mean(axis=0), weeks.std(axis=0)
        self.median = np.median(weeks, axis=0)
        self.mad = 1.4826 * np.median(np.abs(weeks - self.median), axis=0)
        by_hour = weeks.reshape(4, 168, 12, -1).transpose(1, 0, 2, 3).reshape(168, 48, -1)
        self.hour = np.median(by_hour, axis=1)
        self.hour_mad = np.maximum(1.4826 * np.median(np.abs(by_hour - self.hour[:, None]), axis=1), 1e-3)
        self.weeks = weeks

    def z(self, week: Floats) -> Floats:
        """Robust z by hour of the week."""
        return (week - self.hour[HOURS]) / self.hour_mad[HOURS]


def three_sigma(known: Learned, week: Floats) -> Alarms:
    """Mean + 3 sigma."""
    return np.asarray(week > known.mean + 3 * known.sigma)


def five_mad(known: Learned, week: Floats) -> Alarms:
    """Median + 5 MAD."""
    return np.asarray(week > known.median + 5 * known.mad)


def hour_of_week(known: Learned, week: Floats) -> Alarms:
    """Hour-of-week MAD: z > 4 and 20 % slower, one bucket."""
    return np.asarray((known.z(week) > 4) & (week - known.hour[HOURS] > np.log(1.2)))


def three_in_a_row(known: Learned, week: Floats) -> Alarms:
    """The same, three buckets in a row."""
    one = hour_of_week(known, week)
    found = np.zeros_like(one)
    found[2:] = one[2:] & one[1:-1] & one[:-2]
    return found


def _cusum(known: Learned, week: Floats, limit: float) -> Alarms:
    z, score = known.z(week), np.zeros(week.shape[1])
    found = np.zeros(week.shape, bool)
    for row in range(len(week)):
        score = np.maximum(0.0, score + z[row] - 0.75)
        found[row] = score > limit
        score = np.where(found[row], 0.0, score)
    return found


def cusum_12(known: Learned, week: Floats) -> Alarms:
    """CUSUM on the seasonal residual, k 0.75, h 12."""
    return _cusum(known, week, 12)


def cusum_20(known: Learned, week: Floats) -> Alarms:
    """CUSUM, h 20."""
    return _cusum(known, week, 20)


METHODS: dict[str, Callable[[Learned, Floats], Alarms]] = {
    "mean + 3 sigma": three_sigma,
    "median + 5 MAD": five_mad,
    "hour-of-week MAD, z > 4 and +20 %": hour_of_week,
    "the same, three in a row": three_in_a_row,
    "CUSUM k 0.75, h 12": cusum_12,
    "CUSUM k 0.75, h 20": cusum_20,
}


def begins(alarms: Alarms) -> int:
    """How many alarms begin."""
    return int((alarms[1:] & ~alarms[:-1]).sum() + alarms[0].sum())
