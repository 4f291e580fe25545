"""How far each line is from what is usual, bucket by bucket over eight days: the week to learn from and the day to judge. Called by judge.py.

In come a Series, a time and the shifts that are held; out go Residuals. Lines that carry next to nothing are left out: no floor lets them
through, and a thousand statements are judged at the price of those that matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.facts.regressions import Usual
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.baseline import Pattern, pattern
from tunewright_analyzers.regressions.robust import Floats, median
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, Series
from tunewright_analyzers.regressions.spells import DAY, HOUR
from tunewright_analyzers.regressions.wandering import tolerance

HOURS_BACK = 28 * 24
LEAST_CALLS = 5
"""Fewer calls than this are put together with those of the next buckets."""
LEAST_SHARE = 1e-3
"""Of the load of an hour of the last day: lines that never carry so much are not judged."""
RECENT = (24, 12, 6)
"""Buckets that are judged against the six hours before them, where there is no pattern yet: the most that leave an hour to compare."""
BEFORE, LEAST_BEFORE = 72, 12
MODES = (Usual.HOUR_OF_WEEK, Usual.HOUR_OF_DAY, Usual.LAST_HOURS)
CLUSTER: Line = None
"""The line of the cluster, among keys."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """Lines by the FINE buckets before `end`; NaN where nothing was observed. `lines`: their numbers in the series (0: the cluster)."""

    end: int
    lines: NDArray[np.int64]
    keys: tuple[Line, ...]
    values: Floats
    usual: Floats
    """Logs, of the last day."""
    learning: NDArray[np.bool_]
    """Buckets that came before those judged."""
    modes: NDArray[np.int64]
    """Index of MODES."""
    share: Floats
    """Of the cluster's load over the hour up to each bucket."""
    tolerance: Floats
    """Logs: by how much more an hour may be slower whose days differ."""

    @property
    def begin(self) -> int:
        """The first bucket's number since 1970."""
        return self.end - FINE

    def only(self, which: NDArray[np.int64]) -> "Residuals":
        """Some of the lines, copied."""
        keys = tuple(self.keys[one] for one in which.tolist())
        return Residuals(
            self.end, self.lines[which], keys, self.values[which], self.usual[which], self.learning[which],
            self.modes[which], self.share[which], self.tolerance[which],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """Of all lines over the FINE buckets before `end`."""

    end: int
    seconds: Floats
    calls: Floats
    rows: Floats
    safe: NDArray[np.bool_]

    @classmethod
    def of(cls, series: Series, end: int, unsafe: Sequence[Period]) -> "Work":
        """As the series has it."""
        seconds, calls, rows = series.fine.before(end, FINE)[:, : len(series.keys) + 1].astype(np.float64)
        return cls(end, seconds, calls, rows, _safe(series, end, unsafe))

    def learning(self) -> tuple[int, int]:
        """How many statements ran within the last day that can be judged, and that cannot yet."""
        busy = self.calls[1:, -DAY:].sum(axis=1) >= LEAST_CALLS
        seen = ((self.calls[1:] > 0) & self.safe)[:, : -RECENT[-1]].sum(axis=1) >= LEAST_BEFORE
        return int((busy & seen).sum()), int((busy & ~seen).sum())


@dataclass(frozen=True, slots=True)
class Observed:
    """Logs of some lines over the FINE buckets before `end`, and over the hours before the day that is judged; NaN: not observed."""

    end: int
    lines: NDArray[np.int64]
    keys: tuple[Line, ...]
    values: Floats
    hourly: Floats

    def residuals(self, held: Mapping[Line, Held], share: Floats) -> Residuals:
        """Against what is usual. `share` as in Residuals."""
        return _Compared(self, tuple(held.get(key) for key in self.keys)).residuals(share)


def first_hour(end: int) -> int:
    """The hour that the day before a bucket begins in: the hours before it are what is learnt from."""
    return (end - DAY) // HOUR


def residuals(series: Series, work: Work, held: Mapping[Line, Held]) -> Residuals:
    """Of the lines that carry load, or that are held."""
    share = _share(work.seconds)
    keys: list[Line] = [CLUSTER, *series.keys]
    carries = (share[:, -DAY:].max(axis=1) >= LEAST_SHARE) | np.array([key in held for key in keys])
    lines = np.flatnonzero(carries)
    observed = _of_statements(series, work, lines, tuple(keys[line] for line in lines.tolist()))
    return observed.residuals(held, share[lines])


def _of_statements(series: Series, work: Work, lines: NDArray[np.int64], keys: tuple[Line, ...]) -> Observed:
    """Mean latencies; of the cluster the load."""
    values = _observed(work.seconds[lines], np.where(work.safe, work.calls[lines], 0.0))
    seconds, calls = series.hours.before(first_hour(work.end), HOURS_BACK)[:, lines].astype(np.float64)
    hourly = log_of(seconds / np.maximum(calls, 1e-9), calls >= LEAST_CALLS)
    for number in np.flatnonzero(lines == 0).tolist():
        values[number] = log_of(work.seconds[0] / BUCKET_SECONDS, (work.calls[0] > 0) & work.safe)
        hourly[number] = log_of(seconds[number] / HOUR_SECONDS, calls[number] > 0)
    return Observed(work.end, lines, keys, values, hourly)


class _Compared:
    """One comparison: matrices that its steps share."""

    def __init__(self, observed: Observed, held: tuple[Held | None, ...]) -> None:
        self.observed, self.held, self.end, self.values = observed, held, observed.end, observed.values

    def residuals(self, share: Floats) -> Residuals:
        """By the baseline of four weeks; the week before by one that did not see it, where there is one."""
        hourly, end = self.observed.hourly, first_hour(self.end)
        known = pattern(hourly, end)
        earlier = pattern(hourly[:, : -7 * 24], end - 7 * 24, weeks=3)
        usual = self._usual(known, earlier)
        modes = np.where(known.is_weekly, 0, np.where(known.is_daily, 1, 2))
        learning = np.broadcast_to(np.arange(FINE) < FINE - DAY, usual.shape).copy()
        values = self.values - usual
        for line in np.flatnonzero(modes == 2).tolist():
            centre, recent = self._last_hours(line)
            usual[line], learning[line] = centre, np.arange(FINE) < FINE - recent
            values[line] = np.where(np.arange(FINE) >= FINE - recent - BEFORE, self.values[line] - centre, np.nan)
        lines, keys = self.observed.lines, self.observed.keys
        wandering = tolerance(hourly, end, known, np.arange(self.end - FINE, self.end) // HOUR)
        return Residuals(self.end, lines, keys, values, usual[:, -DAY:], learning, modes, share, wandering)

    def _usual(self, known: Pattern, earlier: Pattern) -> Floats:
        both = (earlier.is_weekly & known.is_weekly)[:, None]
        hours = np.arange(self.end - FINE, self.end) // HOUR
        week = np.where(both, earlier.at(hours[:-DAY]), known.at(hours[:-DAY]))
        return np.concatenate([week, known.at(hours[-DAY:])], axis=1)

    def _last_hours(self, line: int) -> tuple[float, int]:
        """Usual value of a line whose days are not known yet, and how many buckets are judged by it; NaN where there is too little."""
        held = self.held[line]
        if held is not None and self.end - int(held.since.timestamp()) // BUCKET_SECONDS <= DAY:
            return held.usual, RECENT[0]  # later than that: what has lasted for a day is usual now
        for recent in RECENT:
            before = self.values[line, -recent - BEFORE : -recent]
            if (~np.isnan(before)).sum() >= LEAST_BEFORE:
                return float(median(before, 0)), recent
        return np.nan, RECENT[-1]


def _share(seconds: Floats) -> Floats:
    """Of the cluster's statement time over the hour up to each bucket."""
    total = np.cumsum(seconds, axis=1)
    hour = total - np.concatenate([np.zeros((len(total), HOUR)), total[:, :-HOUR]], axis=1)
    found: Floats = hour / np.maximum(hour[:1], 1e-9)
    return found


def log_of(values: Floats, where: NDArray[np.bool_]) -> Floats:
    """Logs of the positive values that are meant; NaN elsewhere."""
    meant = where & (values > 0)
    return np.where(meant, np.log(np.where(meant, values, 1.0)), np.nan)


def _observed(seconds: Floats, calls: Floats) -> Floats:
    """Log of the mean latency; calls are put together over buckets until there are LEAST_CALLS: the value stands at the last of them."""
    found = log_of(seconds / np.maximum(calls, 1e-9), calls >= LEAST_CALLS)
    rare = np.flatnonzero(((calls > 0) & (calls < LEAST_CALLS)).any(axis=1))
    if len(rare):
        found[rare] = _together(seconds[rare], calls[rare])
    return found


def _together(seconds: Floats, calls: Floats) -> Floats:
    found = np.full(calls.shape, np.nan)
    held_seconds, held_calls = np.zeros(len(calls)), np.zeros(len(calls))
    for column in range(calls.shape[1]):
        ran = calls[:, column] > 0
        held_calls = held_calls + calls[:, column]
        held_seconds = held_seconds + np.where(ran, seconds[:, column], 0.0)
        enough = held_calls >= LEAST_CALLS
        found[:, column] = log_of(held_seconds / np.maximum(held_calls, 1e-9), enough)
        held_calls[enough], held_seconds[enough] = 0.0, 0.0
    return found


def _safe(series: Series, end: int, unsafe: Sequence[Period]) -> NDArray[np.bool_]:
    """Which buckets tell something: no reset, no unsafe time; no eviction, unless evictions are the rule here."""
    reset, evicted = series.lost.before(end, FINE)[:, 0]
    safe: NDArray[np.bool_] = np.equal(reset, 0)
    if (evicted[-DAY:] > 0).mean() < 0.5:  # else every bucket loses rows: the means of those that are left still tell
        safe &= evicted == 0
    return safe & outside(unsafe, end)


def outside(periods: Sequence[Period], end: int) -> NDArray[np.bool_]:
    """Which of the FINE buckets before `end` lie in none of these times."""
    found, first = np.ones(FINE, bool), end - FINE
    for period in periods:
        begin = int(period.start.timestamp()) // BUCKET_SECONDS - first
        found[max(0, begin) : max(0, int(period.end.timestamp()) // BUCKET_SECONDS - first + 1)] = False
    return found
