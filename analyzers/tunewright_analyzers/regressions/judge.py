"""Which statements, and whether the load of all, left their baseline. In comes a Series and a time, out go Shifts without context.

Of each line the log of the mean latency in 5 minutes (of the cluster: of the load) is compared with what is usual at that hour
(residuals.py). A matched filter looks for steps in the last day, against the noise of the week before (noise.py, steps.py); a line opens
where the score passes its limit, which its share of the load and its own habits set (spells.py, detection.py). Called by the agent's pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.open_shifts import Held
from tunewright_analyzers.facts.regressions import Contribution, LoadShift, Shift
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.detection import WEEK, Detected, detect
from tunewright_analyzers.regressions.residuals import MODES, Residuals, Work, residuals
from tunewright_analyzers.regressions.robust import Floats, mann_whitney
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, Key, Series
from tunewright_analyzers.regressions.spells import DAY, HOUR, NEVER

LEAST_RANKED = 5
"""Observations on each side that ranks are compared of."""
CONTRIBUTIONS = 5
AT_ONCE = 128
"""Lines that are judged together."""


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
    work = Work.of(series, int(now.timestamp()) // BUCKET_SECONDS, unsafe)
    compared = residuals(series, work, held or {})
    shifts, load, open_now = list[Shift](), list[LoadShift](), dict[Key | None, Held]()
    for first in range(0, len(compared.keys), AT_ONCE):
        part = compared.only(np.arange(first, min(first + AT_ONCE, len(compared.keys))))
        _Part(work, part, series.keys, held or {}).judge(shifts, load, open_now)
    return Judged(*work.learning(), tuple(shifts), load[0] if load else None, open_now)


class _Part:
    """Some of the lines: what they need of memory is bounded so."""

    def __init__(self, work: Work, compared: Residuals, keys: Sequence[Key], held: Mapping[Key | None, Held]) -> None:
        self.work, self.compared, self.all_keys, self.held = work, compared, keys, held
        self.modes = [MODES[mode] for mode in compared.modes.tolist()]

    def judge(self, shifts: list[Shift], load: list[LoadShift], held: dict[Key | None, Held]) -> None:
        """Add what is open."""
        found = detect(self.compared, self._opened())
        for line in np.flatnonzero(found.spells.is_open[:, -1]).tolist():
            key, now = self.compared.keys[line], self._held(line, found)
            if key is None:  # the cluster's line
                load.append(self._load(line, now))
                now = replace(now, peak_ratio=load[-1].highest_ratio)
            else:
                shift = self._shift(line, key, now)
                if shift is None:
                    continue
                shifts.append(shift)
            held[key] = now

    def _opened(self) -> NDArray[np.int64]:
        """The buckets in which held lines opened."""
        helds = (self.held.get(key) for key in self.compared.keys)
        return np.array([NEVER if one is None else FINE - self._back(one.opened) for one in helds], np.int64)

    def _held(self, line: int, found: Detected) -> Held:
        """What is to be remembered of a line that is open; a shift keeps its begin, its limit and its highest score."""
        opened, since = int(found.spells.opened[line]), int(found.spells.since[line])
        level = _level(self.compared.usual[line])
        score = float(found.score[line, max(0, opened) :].max())
        p_value = _ranked(self.compared.values[line, -DAY:], since - (FINE - DAY))
        before = self.held.get(self.compared.keys[line])
        if before is not None and opened == FINE - self._back(before.opened):
            least = _least(p_value, before.p_value)
            return Held(
                before.since, before.opened, level, max(before.score, score), before.limit, least, before.peak_ratio
            )
        score = max(score, float(found.sigmas[line, opened]))  # that of a wild bucket counts too
        return Held(self._time(since), self._time(opened), level, score, float(found.limit[line, opened]), p_value)

    def _time(self, column: int) -> datetime:
        return datetime.fromtimestamp((self.compared.begin + max(0, column)) * BUCKET_SECONDS, UTC)

    def _back(self, at: datetime) -> int:
        """How many buckets before the end a time lies."""
        return max(0, self.compared.end - int(at.timestamp()) // BUCKET_SECONDS)

    def _sums(self, line: int, end: int) -> tuple[float, float, float]:
        """Seconds, calls and rows of the hour before a column (counted from the end), of a line of the series."""
        stop, work = FINE - end, self.work
        part = slice(max(0, stop - HOUR), stop)
        return float(work.seconds[line, part].sum()), float(work.calls[line, part].sum()), float(work.rows[line, part].sum())  # fmt: skip

    def _shift(self, number: int, key: Key, now: Held) -> Shift | None:
        line = int(self.compared.lines[number])
        seconds, calls, rows = self._sums(line, 0)
        if calls <= 0 or seconds <= 0:
            return None  # it does not run any more
        everything = max(float(self.work.seconds[0, -HOUR:].sum()), seconds)
        _, calls_before, rows_before = self._sums(line, self._back(now.since))
        rows_ratio = (rows / calls) / (rows_before / calls_before) if calls_before and rows_before and rows else None
        return Shift(
            key[1], key[0], now.since, self.modes[number], float(np.exp(now.usual)), seconds / calls, now.score, now.limit, calls,
            seconds / HOUR_SECONDS, seconds / everything, calls / calls_before if calls_before else None, rows_ratio, now.p_value,
        )  # fmt: skip

    def _load(self, number: int, now: Held) -> LoadShift:
        recent = float(self.work.seconds[0, -HOUR:].sum()) / HOUR_SECONDS
        more = self._contributions(now.since)
        usual = float(np.exp(now.usual))
        return LoadShift(
            now.since, self.modes[number], usual, recent, now.score, now.limit, more, peak_ratio=now.peak_ratio
        )

    def _contributions(self, since: datetime) -> tuple[Contribution, ...]:
        """The statements that added most, against the same hour a week ago where that is kept, else the hour before."""
        a_week_ago = self.work.seconds[0, -WEEK - HOUR : -WEEK].sum() > 0
        back = WEEK if a_week_ago else self._back(since)
        found = []
        for line, key in enumerate(self.all_keys, 1):
            seconds, calls, _ = self._sums(line, 0)
            was_seconds, was_calls, _ = self._sums(line, back)
            if calls > 0:
                longer = (seconds / calls) / (was_seconds / was_calls) if was_calls > 0 and was_seconds > 0 else 1.0
                more = calls / was_calls if was_calls > 0 else float("inf")
                found.append(Contribution(key[1], key[0], (seconds - was_seconds) / HOUR_SECONDS, more, longer))
        return tuple(sorted(found, key=lambda one: (-one.extra_load, one.statement_id))[:CONTRIBUTIONS])


def _ranked(residual: Floats, since: int) -> float | None:
    """The chance that the residuals since a column are no greater than before; None where either side has too few."""
    if since < 0:
        return None
    before, after = residual[:since], residual[since:]
    few = min((~np.isnan(before)).sum(), (~np.isnan(after)).sum()) < LEAST_RANKED
    return None if few else mann_whitney(before, after)


def _least(now: float | None, before: float | None) -> float | None:
    """What once was proved stays so when the shift goes."""
    known = [one for one in (now, before) if one is not None]
    return min(known, default=None)


def _level(usual: Floats) -> float:
    """What is usual over the last hour (of what is known of it)."""
    known = usual[-HOUR:][~np.isnan(usual[-HOUR:])]
    return float(known.mean()) if len(known) else float(usual[~np.isnan(usual)][-1])
