"""Which statements, and whether the load of all, left their baseline. In comes a Series and a time, out go Shifts without context.

Of each line the log of the mean latency in 5 minutes (of the cluster: of the load) is compared with what is usual at that hour; the
residual of the last day is scanned by CUSUM. The limit is 20, and for a line that is restless 1.5 times what its own score reached on the
third worst day of the week before: so many false alarms come from few such lines (bench/regressions). Called by the agent's pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.regressions import Contribution, LoadShift, Shift, Usual
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.baseline import Pattern, pattern
from tunewright_analyzers.regressions.cusum import HOUR, LIMIT, scan, scores
from tunewright_analyzers.regressions.robust import Floats, mann_whitney, median, spread
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, Key, Series

DAY, WEEK = 288, 2016
"""Buckets."""
HOURS_BACK = 28 * 24
LEAST_CALLS = 5
"""Fewer calls than this are put together with those of the next buckets."""
LEAST_SCALE = 0.05
RESTLESS = 1.5
RECENT = (24, 12, 6)
"""Buckets that are judged against the six hours before them, where there is no pattern yet: the most that leave an hour to compare."""
BEFORE, LEAST_BEFORE = 72, 12
EFFECT = {Usual.HOUR_OF_WEEK: 1.2, Usual.HOUR_OF_DAY: 1.3, Usual.LAST_HOURS: 2.0}
"""How much slower opens a shift: the less is known of a statement's habits, the more it takes."""
KEEP = {Usual.HOUR_OF_WEEK: 1.1, Usual.HOUR_OF_DAY: 1.15, Usual.LAST_HOURS: 1.3}
WIDER = {Usual.HOUR_OF_WEEK: 1.0, Usual.HOUR_OF_DAY: 1.3, Usual.LAST_HOURS: 1.3}
"""The scale is measured on the very values that made the baseline where there is no other week."""
LEAST_RANKED = 5
"""Observations on each side that ranks are compared of."""
CONTRIBUTIONS = 5
CLUSTER: Key | None = None
"""The line of the cluster, among keys."""


@dataclass(frozen=True, slots=True)
class Held:
    """A shift that the pass before found: since when, and what it was measured by, lest a shift make itself usual.

    `usual` is a log, kept where only hours are known; `scale` and `limit` are those of the week before it.
    """

    since: datetime
    usual: float
    scale: float
    limit: float
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What left its baseline; `held` is for the next pass."""

    statements: int
    learning: int
    shifts: tuple[Shift, ...]
    load: LoadShift | None
    held: Mapping[Key | None, Held]


def judge(
    series: Series, now: datetime, unsafe: Sequence[Period] = (), held: Mapping[Key | None, Held] | None = None
) -> Judged:
    """Judge the last day up to the last whole bucket. `unsafe` are times (around a restart, a failover) that say nothing."""
    return _Pass(series, int(now.timestamp()) // BUCKET_SECONDS, unsafe, held or {}).judged()


class _Pass:
    """One judgement: matrices of lines by time that its steps share."""

    def __init__(self, series: Series, end: int, unsafe: Sequence[Period], held: Mapping[Key | None, Held]) -> None:
        self.keys: list[Key | None] = [CLUSTER, *series.keys]
        lines = len(self.keys)
        self.end, self.held = end, held
        self.seconds, self.calls, self.rows = series.fine.before(end, FINE)[:, :lines].astype(np.float64)
        self.safe = _safe(series, end, unsafe)
        self.values = _observed(self.seconds, np.where(self.safe, self.calls, 0.0))
        self.values[0] = _log(self.seconds[0] / BUCKET_SECONDS, (self.calls[0] > 0) & self.safe)
        self.first_hour = (end - DAY) // HOUR
        hourly_seconds, hourly_calls = series.hours.before(self.first_hour, HOURS_BACK)[:, :lines].astype(np.float64)
        self.hourly = _log(hourly_seconds / np.maximum(hourly_calls, 1e-9), hourly_calls >= LEAST_CALLS)
        self.hourly[0] = _log(hourly_seconds[0] / HOUR_SECONDS, hourly_calls[0] > 0)

    def judged(self) -> Judged:
        """All of it."""
        known = pattern(self.hourly, self.first_hour)
        usual, scale, limit, modes, since = self._compared(known)
        residual = self.values[:, -DAY:] - usual
        by_mode = [Usual.HOUR_OF_WEEK, Usual.HOUR_OF_DAY, Usual.LAST_HOURS]
        effect, keep = (np.array([table[by_mode[mode]] for mode in modes]) for table in (EFFECT, KEEP))
        residual[np.arange(DAY)[None, :] < since[:, None]] = np.nan
        can: NDArray[np.bool_] = np.asarray((~np.isnan(residual)).any(axis=1))
        found = scan(residual, scale, limit, effect, keep, self._open_before())
        shifts, load, held = [], None, dict[Key | None, Held]()
        for line in np.flatnonzero(found.is_open).tolist():
            key, mode = self.keys[line], by_mode[modes[line]]
            level = _level(usual[line])
            began = self._time(int(found.since[line]))
            before = self.held.get(key)
            if before is not None and before.since < began:
                began = before.since
            p_value = _ranked(residual[line], int(found.since[line])) or (before.p_value if before else None)
            args = (line, began, mode, level, float(found.score[line]), float(limit[line]))
            if key is CLUSTER:
                load = self._load(*args)
            else:
                shift = self._shift(*args)
                if shift is None:
                    continue
                shifts.append(replace(shift, p_value=p_value))
            held[key] = Held(began, level, float(scale[line]), float(limit[line]), p_value)
        busy = self.calls[1:, -DAY:].sum(axis=1) >= LEAST_CALLS
        return Judged(int((can[1:] & busy).sum()), int((busy & ~can[1:]).sum()), tuple(shifts), load, held)

    def _compared(self, known: Pattern) -> tuple[Floats, Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
        """By line: usual values of the last day, scale, limit, mode (0 week, 1 day, 2 hours), and the first column that is judged."""
        modes = np.where(known.is_weekly, 0, np.where(known.is_daily, 1, 2))
        usual = known.at(self._hours(DAY))
        scale, limit = self._restlessness(known)
        first = np.zeros(len(modes), np.int64)
        for line in np.flatnonzero(modes == 2).tolist():
            centre, width, first[line] = self._last_hours(line)
            usual[line], scale[line], limit[line] = centre, width, LIMIT
        return usual, scale, limit, modes, first

    def _open_before(self) -> NDArray[np.bool_]:
        """Lines whose shift began before the day that is judged."""
        helds = (self.held.get(key) for key in self.keys)
        return np.array([held is not None and self._back(held.since) > DAY for held in helds])

    def _hours(self, count: int, upto: int = 0) -> NDArray[np.int64]:
        """Hours since 1970 of the `count` buckets that end `upto` before the end."""
        return np.arange(self.end - upto - count, self.end - upto) // HOUR

    def _restlessness(self, known: Pattern) -> tuple[Floats, Floats]:
        """Scale and limit from the week before the day that is judged; by a baseline that did not see that week where there is one."""
        week = self.values[:, -DAY - WEEK : -DAY]
        earlier = pattern(self.hourly[:, : -7 * 24], self.first_hour - 7 * 24, weeks=3)
        weekly: NDArray[np.bool_] = np.array([earlier.is_weekly, known.is_weekly]).all(axis=0).reshape(-1, 1)
        hours = self._hours(WEEK, DAY)
        residual = week - np.where(weekly, earlier.at(hours), known.at(hours))
        wider = np.where(weekly[:, 0], WIDER[Usual.HOUR_OF_WEEK], WIDER[Usual.HOUR_OF_DAY])
        scale = np.maximum(LEAST_SCALE, np.nan_to_num(spread(residual, axis=1)) * wider)
        worst = np.sort(scores(residual / scale[:, None]).reshape(len(scale), 7, DAY).max(axis=2), axis=1)
        third = np.where(weekly[:, 0], worst[:, -3], worst[:, -1])
        limit = np.maximum(LIMIT, RESTLESS * third)
        for line, held in ((number, self.held.get(key)) for number, key in enumerate(self.keys)):
            if held is not None:
                scale[line], limit[line] = held.scale, held.limit
        return scale, limit

    def _last_hours(self, line: int) -> tuple[float, float, int]:
        """Usual value, scale and first judged column of a line whose days are not known yet; NaN where there is too little."""
        held = self.held.get(self.keys[line])
        if held is not None and self._back(held.since) > DAY:
            held = None  # what has lasted for a day is usual now
        for recent in RECENT:
            before = self.values[line, -recent - BEFORE : -recent]
            if (~np.isnan(before)).sum() >= LEAST_BEFORE or held is not None:
                centre = float(median(before, 0)) if held is None else held.usual
                width = float(spread(before, 0)) * WIDER[Usual.LAST_HOURS]
                return centre, max(2 * LEAST_SCALE, 0.0 if np.isnan(width) else width), DAY - recent
        return np.nan, 1.0, DAY

    def _time(self, column: int) -> datetime:
        return datetime.fromtimestamp((self.end - DAY + max(0, column)) * BUCKET_SECONDS, UTC)

    def _sums(self, line: int, end: int) -> tuple[float, float, float]:
        """Seconds, calls and rows of the hour before a column (counted from the end)."""
        stop = FINE - end
        part = slice(max(0, stop - HOUR), stop)
        return float(self.seconds[line, part].sum()), float(self.calls[line, part].sum()), float(self.rows[line, part].sum())  # fmt: skip

    def _shift(
        self, line: int, since: datetime, usual: Usual, level: float, score: float, limit: float
    ) -> Shift | None:
        seconds, calls, rows = self._sums(line, 0)
        if calls <= 0 or seconds <= 0:
            return None  # it does not run any more
        key = self.keys[line]
        assert key is not None
        everything = max(float(self.seconds[0, -HOUR:].sum()), seconds)
        _, calls_before, rows_before = self._sums(line, self._back(since))
        rows_ratio = (rows / calls) / (rows_before / calls_before) if calls_before and rows_before and rows else None
        return Shift(
            key[1], key[0], since, usual, float(np.exp(level)), seconds / calls, score, limit, calls,
            seconds / HOUR_SECONDS, seconds / everything, calls / calls_before if calls_before else None, rows_ratio,
        )  # fmt: skip

    def _back(self, since: datetime) -> int:
        """How many buckets before the end a time lies."""
        return max(0, self.end - int(since.timestamp()) // BUCKET_SECONDS)

    def _load(self, line: int, since: datetime, usual: Usual, level: float, score: float, limit: float) -> LoadShift:
        recent = float(self.seconds[line, -HOUR:].sum()) / HOUR_SECONDS
        return LoadShift(since, usual, float(np.exp(level)), recent, score, limit, self._contributions(since))

    def _contributions(self, since: datetime) -> tuple[Contribution, ...]:
        """The statements that added most, against the same hour a week ago where that is kept, else the hour before."""
        a_week_ago = self.seconds[0, -WEEK - HOUR : -WEEK].sum() > 0
        back = WEEK if a_week_ago else self._back(since)
        found = []
        for line in range(1, len(self.keys)):
            key = self.keys[line]
            seconds, calls, _ = self._sums(line, 0)
            was_seconds, was_calls, _ = self._sums(line, back)
            if key is not None and calls > 0:
                longer = (seconds / calls) / (was_seconds / was_calls) if was_calls > 0 and was_seconds > 0 else 1.0
                more = calls / was_calls if was_calls > 0 else float("inf")
                found.append(Contribution(key[1], key[0], (seconds - was_seconds) / HOUR_SECONDS, more, longer))
        return tuple(sorted(found, key=lambda one: (-one.extra_load, one.statement_id))[:CONTRIBUTIONS])


def _ranked(residual: Floats, since: int) -> float | None:
    """The chance that the residuals since a column are no greater than before; None where either side has too few."""
    before, after = residual[:since], residual[since:]
    few = min((~np.isnan(before)).sum(), (~np.isnan(after)).sum()) < LEAST_RANKED
    return None if since < 0 or few else mann_whitney(before, after)


def _level(usual: Floats) -> float:
    """What is usual over the last hour (of what is known of it)."""
    known = usual[-HOUR:][~np.isnan(usual[-HOUR:])]
    return float(known.mean()) if len(known) else float(usual[~np.isnan(usual)][-1])


def _log(values: Floats, where: NDArray[np.bool_]) -> Floats:
    """Logs of the positive values that are meant; NaN elsewhere."""
    meant = where & (values > 0)
    return np.where(meant, np.log(np.where(meant, values, 1.0)), np.nan)


def _observed(seconds: Floats, calls: Floats) -> Floats:
    """Log of the mean latency; calls are put together over buckets until there are LEAST_CALLS: the value stands at the last of them."""
    found = np.full(calls.shape, np.nan)
    held_seconds, held_calls = np.zeros(len(calls)), np.zeros(len(calls))
    for column in range(calls.shape[1]):
        ran = calls[:, column] > 0
        held_calls = held_calls + calls[:, column]
        held_seconds = held_seconds + np.where(ran, seconds[:, column], 0.0)
        enough = held_calls >= LEAST_CALLS
        found[:, column] = _log(held_seconds / np.maximum(held_calls, 1e-9), enough)
        held_calls[enough], held_seconds[enough] = 0.0, 0.0
    return found


def _safe(series: Series, end: int, unsafe: Sequence[Period]) -> NDArray[np.bool_]:
    """Which buckets tell something: no reset, no unsafe time; no eviction, unless evictions are the rule here."""
    reset, evicted = series.lost.before(end, FINE)[:, 0]
    safe: NDArray[np.bool_] = np.equal(reset, 0)
    if (evicted[-DAY:] > 0).mean() < 0.5:  # else every bucket loses rows: the means of those that are left still tell
        safe &= evicted == 0
    first = end - FINE
    for period in unsafe:
        begin = int(period.start.timestamp()) // BUCKET_SECONDS - first
        safe[max(0, begin) : max(0, int(period.end.timestamp()) // BUCKET_SECONDS - first + 1)] = False
    return safe
