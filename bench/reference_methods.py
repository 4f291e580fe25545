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


def mann_whitney(known: Learned, week: Floats) -> Alarms:
    """Two hours against the same hours of four weeks, p < 0.001 and 20 % slower; each hour, as if buckets were independent."""
    found = np.zeros(week.shape, bool)
    for end in range(24, len(week) + 1, 12):
        after, before = week[end - 24 : end], known.weeks.reshape(4, WEEK, -1)[:, end - 24 : end].reshape(96, -1)
        ranks = np.concatenate([before, after]).argsort(axis=0).argsort(axis=0)[96:] + 1
        z = (ranks.sum(axis=0) - 24 * 25 / 2 - 24 * 96 / 2) / np.sqrt(24 * 96 * 121 / 12)
        slower = np.median(after, axis=0) - np.median(before, axis=0) > np.log(1.2)
        found[end - 1 : end + 11] = (z > 3.09) & slower
    return found


def otava_alarms(known: Learned, week: Floats, series: int, hours: range) -> Alarms:
    """apache-otava (from PyPI, imported only here) on the hourly residuals of one series, asked after each of the hours.

    An alarm is a change point to 20 % more or higher within the last three hours, p < 0.001, as of the last four days.
    """
    from otava.analysis import compute_change_points

    before = (known.weeks[-96 * 12 :, series] - np.tile(known.hour[:, series].repeat(12), 2)[-96 * 12 :]).reshape(
        -1, 12
    )
    now = (week[:, series] - known.hour[HOURS, series]).reshape(-1, 12)
    hourly = np.exp(np.concatenate([before, now]).mean(axis=1))
    found = np.zeros(len(hours), bool)
    for number, hour in enumerate(hours):
        part = hourly[hour + 1 : hour + 97]  # up to and with that hour
        points, _ = compute_change_points(part.tolist(), window_len=50, max_pvalue=0.001, min_magnitude=0.2)
        found[number] = any(one.index >= len(part) - 3 and one.stats.forward_rel_change() >= 0.2 for one in points)
    return found


METHODS: dict[str, Callable[[Learned, Floats], Alarms]] = {
    "mean + 3 sigma": three_sigma,
    "median + 5 MAD": five_mad,
    "hour-of-week MAD, z > 4 and +20 %": hour_of_week,
    "the same, three in a row": three_in_a_row,
    "Mann-Whitney, 2 h against 4 weeks": mann_whitney,
    "CUSUM k 0.75, h 12": cusum_12,
    "CUSUM k 0.75, h 20": cusum_20,
}


def begins(alarms: Alarms) -> int:
    """How many alarms begin."""
    return int((alarms[1:] & ~alarms[:-1]).sum() + alarms[0].sum())
