"""Whether more sessions are active, or wait for locks, than usual: what the statistics of statements do not see while nobody's statement ends.

In come sampled sessions point by point and a time, out go SessionShifts without context. The method is that of the statements (residuals.py,
detection.py) on the log of the average number of sessions; half a session and less is nothing, and all the same: zero has no log, and where
nobody waits most of the time a line that is even has less noise than one of rare short waits.
Called by the agent's pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.facts.regressions import SessionShift, SessionsOf, Usual
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions import lasting
from tunewright_analyzers.regressions.detection import CLUSTER_SHARE
from tunewright_analyzers.regressions.holding import Holding
from tunewright_analyzers.regressions.residuals import HOURS_BACK, MODES, Observed, first_hour, outside
from tunewright_analyzers.regressions.robust import Floats, trailing_mean
from tunewright_analyzers.regressions.series import (
    BUCKET_SECONDS,
    FINE,
    FINEST_SECONDS,
    HOUR_SECONDS,
    HOURS,
    Grid,
    Series,
)
from tunewright_analyzers.regressions.spells import HOUR

KINDS = tuple(SessionsOf)
LOCK = "Lock"
"""The wait type of locks, in PostgreSQL and in our reading of MySQL."""
NOTHING = 0.5
"""Fewer sessions are taken for so many."""
LEAST_SECONDS, LEAST_SECONDS_AN_HOUR = 60.0, 600.0
"""Of a bucket, and of an hour, that must have been sampled."""
RECENT = 2
"""Buckets: ten minutes."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One point: how often sessions were seen active between two times in so many samples, by what they waited for."""

    period: Period
    samples: int
    by_wait: Mapping[str, int]


class SessionSeries:
    """Average sessions of one instance by kind, in buckets of 5 minutes (8 days) and hours (29 days)."""

    def __init__(self) -> None:
        lines = len(KINDS) + 1  # the last: seconds that were sampled
        self.fine = Grid(lines, FINE, BUCKET_SECONDS, 1)
        self.hours = Grid(lines, HOURS, HOUR_SECONDS, 1)

    def add(self, point: Sampled) -> None:
        """One point; a longer one tells of hours only."""
        if point.samples <= 0:
            return
        start, end = point.period.start.timestamp(), point.period.end.timestamp()
        seconds = end - start
        seen = (sum(point.by_wait.values()), point.by_wait.get(LOCK, 0))
        sums = np.array([*(one / point.samples * seconds for one in seen), seconds], np.float32)
        for grid in (self.fine, self.hours) if seconds <= FINEST_SECONDS else (self.hours,):
            for slot, share in grid.shares(start, end):
                grid.values[0, :, slot] += sums * share


def judge_sessions(
    series: SessionSeries, now: datetime, unsafe: Sequence[Period], held: Mapping[Line, Held]
) -> tuple[tuple[SessionShift, ...], dict[Line, Held]]:
    """Which kinds left what is usual, and what is to be held of them. `unsafe` as for the statements."""
    end = int(now.timestamp()) // BUCKET_SECONDS
    average = _averages(series.fine.before(end, FINE)[0], LEAST_SECONDS)
    average[:, ~outside(unsafe, end)] = np.nan
    hourly = _averages(series.hours.before(first_hour(end), HOURS_BACK)[0], LEAST_SECONDS_AN_HOUR)
    lines, keys = np.arange(len(KINDS)), tuple[Line, ...](KINDS)
    observed = Observed(end, lines, keys, _logs(average), _logs(hourly))
    compared = observed.residuals(held, np.full(average.shape, CLUSTER_SHARE))
    shifts, open_now = list[SessionShift](), dict[Line, Held]()
    holding = Holding(compared, held)
    for line, one in holding.open():
        begin = max(0, FINE - holding.back(one.since))
        shifts.append(_shift(KINDS[line], MODES[compared.modes[line]], one, average[line], begin))
        open_now[KINDS[line]] = one
    return tuple(shifts), open_now


def _logs(averages: Floats) -> Floats:
    found: Floats = np.log(np.maximum(averages, NOTHING))  # NaN stays NaN
    return found


def _averages(sums: NDArray[np.float32], least_seconds: float) -> Floats:
    """Sessions by kind and bucket; NaN where too little was sampled."""
    seconds = sums[-1].astype(np.float64)
    known = seconds >= least_seconds
    return np.where(known, sums[:-1] / np.where(known, seconds, 1.0), np.nan)


def _shift(kind: SessionsOf, usual: Usual, one: Held, average: Floats, begin: int) -> SessionShift:
    """`average` by bucket; it began at `begin`."""
    recent, hour = (_last(trailing_mean(average[begin:], count, least=1)) for count in (RECENT, HOUR))
    stayed, habit = lasting.since(average, begin), lasting.habit(average, begin)
    return SessionShift(
        kind, one.since, usual, float(np.exp(one.usual)), recent, hour, stayed, habit, one.score, one.limit
    )


def _last(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else 0.0


def grown_load(series: Series, now: datetime, since: datetime) -> float:
    """Seconds a second that statements took over the last whole hour, more than over the hour before `since`."""
    hours = (series.fine.before(int(at.timestamp()) // BUCKET_SECONDS, HOUR)[0, 0].sum() for at in (now, since))
    last, before = (float(one) / HOUR_SECONDS for one in hours)
    return last - before
