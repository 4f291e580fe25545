"""Which statements, and whether the load of all, left their baseline. In comes a Series and a time, out go Shifts without context.

Of each line the log of the mean latency in 5 minutes (of the cluster: of the load) is compared with what is usual at that hour
(residuals.py). A matched filter looks for steps in the last day, against the noise of the week before (noise.py, steps.py); a line opens
where the score passes its limit, which its share of the load and its own habits set (spells.py, detection.py). Called by the agent's pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.facts.regressions import Contribution, LoadShift, Shift
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.detection import WEEK
from tunewright_analyzers.regressions.holding import Holding
from tunewright_analyzers.regressions.residuals import MODES, Residuals, Work, residuals
from tunewright_analyzers.regressions.robust import trailing_mean
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, Key, Series
from tunewright_analyzers.regressions.spells import HOUR

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
    held: Mapping[Line, Held]


def judge(
    series: Series, now: datetime, unsafe: Sequence[Period] = (), held: Mapping[Line, Held] | None = None
) -> Judged:
    """Judge the last day up to the last whole bucket. `unsafe` are times (around a restart, a failover) that say nothing."""
    work = Work.of(series, int(now.timestamp()) // BUCKET_SECONDS, unsafe)
    compared = residuals(series, work, held or {})
    shifts, load, open_now = list[Shift](), list[LoadShift](), dict[Line, Held]()
    for first in range(0, len(compared.keys), AT_ONCE):
        part = compared.only(np.arange(first, min(first + AT_ONCE, len(compared.keys))))
        _Part(work, part, series.keys, held or {}).judge(shifts, load, open_now)
    return Judged(*work.learning(), tuple(shifts), load[0] if load else None, open_now)


class _Part:
    """Some of the lines: what they need of memory is bounded so."""

    def __init__(self, work: Work, compared: Residuals, keys: Sequence[Key], held: Mapping[Line, Held]) -> None:
        self.work, self.compared, self.all_keys = work, compared, keys
        self.holding = Holding(compared, held)
        self.modes = [MODES[mode] for mode in compared.modes.tolist()]

    def judge(self, shifts: list[Shift], load: list[LoadShift], held: dict[Line, Held]) -> None:
        """Add what is open."""
        for line, now in self.holding.open():
            key = self.compared.keys[line]
            if isinstance(key, tuple):
                shift = self._shift(line, key, now)
                if shift is None:
                    continue
                shifts.append(shift)
                held[key] = now
            else:  # the cluster's line
                load.append(self._load(line, now))
                held[key] = replace(now, peak_ratio=load[-1].highest_ratio)

    def _sums(self, line: int, end: int) -> tuple[float, float, float]:
        """Seconds, calls and rows of the hour before a column (counted from the end), of a line of the series."""
        stop, work = max(0, FINE - end), self.work
        part = slice(max(0, stop - HOUR), stop)
        return float(work.seconds[line, part].sum()), float(work.calls[line, part].sum()), float(work.rows[line, part].sum())  # fmt: skip

    def _shift(self, number: int, key: Key, now: Held) -> Shift | None:
        line = int(self.compared.lines[number])
        seconds, calls, _ = self._sums(line, 0)
        if calls <= 0 or seconds <= 0:
            return None  # it does not run any more
        everything = max(float(self.work.seconds[0, -HOUR:].sum()), seconds)
        back = self.holding.back(now.since)
        _, calls_before, rows_before = self._sums(line, back)
        _, calls_after, rows_after = self._sums(line, max(0, back - HOUR))  # later hours have habits of their own
        told = calls_before and rows_before and calls_after and rows_after
        rows_ratio = (rows_after / calls_after) / (rows_before / calls_before) if told else None
        peak_share, peak_ratio = self._peaks(number, now.opened)
        return Shift(
            key[1], key[0], now.since, self.modes[number], float(np.exp(now.usual)), seconds / calls, now.score, now.limit, calls,
            seconds / HOUR_SECONDS, seconds / everything, calls / calls_before if calls_before else None, rows_ratio, now.p_value,
            peak_share=peak_share, peak_ratio=peak_ratio,
        )  # fmt: skip

    def _peaks(self, number: int, opened: datetime) -> tuple[float, float]:
        """The highest share and the highest ratio that a line has had over an hour since it opened."""
        first = max(0, FINE - self.holding.back(opened))
        hours = trailing_mean(self.compared.values[number], HOUR)[first:]
        ratio = float(np.exp(hours[~np.isnan(hours)].max(initial=-np.inf)))
        return float(self.compared.share[number, first:].max(initial=0.0)), ratio

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
        back = WEEK if a_week_ago else self.holding.back(since)
        found = []
        for line, key in enumerate(self.all_keys, 1):
            seconds, calls, _ = self._sums(line, 0)
            was_seconds, was_calls, _ = self._sums(line, back)
            if calls > 0:
                longer = (seconds / calls) / (was_seconds / was_calls) if was_calls > 0 and was_seconds > 0 else 1.0
                more = calls / was_calls if was_calls > 0 else float("inf")
                found.append(Contribution(key[1], key[0], (seconds - was_seconds) / HOUR_SECONDS, more, longer))
        return tuple(sorted(found, key=lambda one: (-one.extra_load, one.statement_id))[:CONTRIBUTIONS])
