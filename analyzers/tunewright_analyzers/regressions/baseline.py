"""What is usual for each line at each time: log latency (or log load) by hour of the week, of the day, or of the hours before.

Three weeks of hours give an hour-of-week baseline: the median over the weeks, drawn towards the pattern of all working days (or of the
weekend) as far as the weeks differ among themselves anyway: three or four values an hour are few. Three days give an hour-of-day baseline.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import Floats, median, spread

DAY, WEEK = 24, 168
MEDIAN_VARIANCE = 1.57
"""Variance of the median of n normal values, times n (pi / 2)."""
COVERED = 0.6
"""A week or day counts where so much of its hours was observed."""
WEEKS_NEEDED, DAYS_NEEDED = 3, 3
MONDAY = 4 * DAY
"""Hours from 1970-01-01, a Thursday, to the first Monday."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Usual values by line and hour of the week (that begins on Monday, UTC); NaN where nothing is known."""

    by_hour: Floats
    is_weekly: NDArray[np.bool_]
    is_daily: NDArray[np.bool_]

    def at(self, hours: NDArray[np.int64]) -> Floats:
        """Usual values at hours counted from 1970: lines by hours."""
        found: Floats = self.by_hour[:, (hours - MONDAY) % WEEK]
        return found


def pattern(hourly: Floats, end: int, weeks: int = 4) -> Pattern:
    """From hourly values, lines by time, whose last column is the hour before `end` (hours from 1970)."""
    lines = hourly.shape[0]
    cut = min(hourly.shape[1], weeks * WEEK)
    padded = np.full((lines, weeks * WEEK), np.nan)
    padded[:, weeks * WEEK - cut :] = hourly[:, hourly.shape[1] - cut :]
    first = (end - weeks * WEEK - MONDAY) % WEEK  # the hour of the week of the first column
    turned = np.roll(
        padded.reshape(lines, weeks, WEEK), first, axis=2
    )  # the wrapped hours stay within "their" seven days
    covered = (~np.isnan(turned)).mean(axis=2) >= COVERED
    is_weekly = covered.sum(axis=1) >= WEEKS_NEEDED
    days = (~np.isnan(padded.reshape(lines, weeks * 7, DAY))).mean(axis=2) >= COVERED
    is_daily = days.sum(axis=1) >= DAYS_NEEDED
    profile = _profile(turned)
    weekly = _shrunk(turned, profile)
    by_day = median(turned.reshape(lines, weeks * 7, DAY), axis=1)
    known = np.where(is_weekly[:, None], weekly, np.tile(by_day, 7))
    return Pattern(np.where((is_weekly | is_daily)[:, None], known, np.nan), is_weekly, is_daily & ~is_weekly)


def _profile(turned: Floats) -> Floats:
    """The usual working day and the usual day of the weekend, as a week: lines by hours of the week."""
    lines, weeks = turned.shape[:2]
    days = turned.reshape(lines, weeks, 7, DAY)
    work = median(days[:, :, :5].reshape(lines, weeks * 5, DAY), axis=1)
    rest = median(days[:, :, 5:].reshape(lines, weeks * 2, DAY), axis=1)
    return np.concatenate([np.tile(work, 5), np.tile(rest, 2)], axis=1)


def _shrunk(turned: Floats, profile: Floats) -> Floats:
    """Hour of the week drawn towards the profile by the share of their difference that chance explains (James and Stein, 1961)."""
    own = median(turned, axis=1)
    seen = np.maximum(1, (~np.isnan(turned)).sum(axis=1))
    chance = median(spread(turned, axis=1) ** 2 * MEDIAN_VARIANCE / seen, axis=1)
    difference = own - profile
    all_of_it = spread(difference, axis=1) ** 2
    real = np.clip(1.0 - chance / np.maximum(all_of_it, 1e-12), 0.0, 1.0)
    drawn = profile + np.nan_to_num(real)[:, None] * difference
    return np.where(np.isnan(drawn), profile, drawn)
