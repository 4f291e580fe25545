"""When lines were slow: a state machine along time, for many lines at once. Called by judge.py.

    closed --[the score of a step passes the limit and the mean of the last hour `effect`, or three wild observations in a row]--> open
    open --[three quarters of an hour later or more, the mean of the last hour is no longer above `keep`]--> closed

Invariants: a line that is open stays open while it is slow, whatever its score; `opened` is where it opened, `since` where the step began.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import Floats, trailing_mean
from tunewright_analyzers.regressions.steps import Scores

HOUR, DAY = 12, 288
"""Buckets."""
NEVER = 1 << 40
LEAD = 24
NEAR = 2
"""Hours about an hour of the day in which what happens every other day is a habit of that hour."""
SETTLE = 9
"""Buckets for which a line that has just opened does not close: the hour's mean still holds what was before."""
WILD, IN_A_ROW, STEEP = 4.0, 3, 2.5
"""What is four sigmas and 2.5 times the effect slower for three observations need not wait for the score."""
BEYOND = 1.5
"""In the mean of an hour a bucket counts at most so many times the log of the effect, or four sigmas."""


@dataclass(frozen=True, slots=True)
class Spells:
    """Who was open by line and bucket; and, by line, the bucket in which its newest spell opened, and that in which its step began."""

    is_open: NDArray[np.bool_]
    opened: NDArray[np.int64]
    since: NDArray[np.int64]

    def long(self, count: int, after: int = 0) -> NDArray[np.bool_]:
        """Who was open, where that lasted for so many buckets; with the LEAD buckets before, in which a score rises, and some after."""
        lines, columns = self.is_open.shape
        total = _counts(self.is_open)
        whole = np.zeros((lines, columns), bool)  # the last `count` buckets, all of them
        whole[:, count - 1 :] = total[:, count:] - total[:, :-count] == count
        ends = _counts(whole)
        at = np.arange(columns)
        last = np.minimum(columns, at + count + LEAD)
        return np.asarray(ends[:, last] > ends[:, np.maximum(0, at - after)])


def _counts(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cumulative, with a leading zero."""
    return np.concatenate([np.zeros((len(flags), 1), np.int64), np.cumsum(flags, axis=1)], axis=1)


@dataclass(frozen=True, slots=True)
class Course:
    """By line and bucket: the scores, whether the hour's mean is slow enough for them to count, how many wild observations came in a row,
    and whether what is open would close.
    """

    scores: Scores
    slow: NDArray[np.bool_]
    wild: NDArray[np.int64]
    ends: NDArray[np.bool_]

    def spells(self, limit: Floats, begin: int, end: int, opened: NDArray[np.int64] | None = None) -> Spells:
        """From one bucket to another. `opened`: the bucket in which a line is known to have opened (NEVER: it is not known to)."""
        lines = len(limit)
        known = np.full(lines, NEVER) if opened is None else opened
        surely = (self.scores.score[:, begin:end] > limit[:, begin:end]) & self.slow[:, begin:end]
        opens = surely | (self.wild[:, begin:end] >= IN_A_ROW)
        here = np.flatnonzero((known >= begin) & (known < end))
        opens[here, known[here] - begin] = True
        at, since, is_open = known.copy(), known.copy(), np.zeros((lines, end - begin), bool)
        for line in np.flatnonzero(opens.any(axis=1) | (known < begin)).tolist():
            for first, last in _runs(opens[line], self.ends[line, begin:end], int(known[line]) - begin):
                is_open[line, max(0, first) : last] = True
                at[line], since[line] = first + begin, first + begin
                if first >= 0:
                    step = int(self.scores.begin[line, first + begin]) if surely[line, first] else NEVER
                    since[line] = min(step, max(0, first + begin - max(0, int(self.wild[line, first + begin]) - 1)))
        return Spells(is_open, at, since)


def _runs(opens: NDArray[np.bool_], ends: NDArray[np.bool_], known: int) -> Iterator[tuple[int, int]]:
    """First bucket of each spell (a negative one: it opened before) and the bucket after its last."""
    begins, closes = np.flatnonzero(opens), np.flatnonzero(ends)
    first = known if known < 0 else _next(begins, 0)
    while first < len(opens):
        last = _next(closes, first + SETTLE)
        yield first, min(last, len(opens))
        first = _next(begins, max(last, first + 1))


def _next(columns: NDArray[np.int64], least: int) -> int:
    """The first of ordered columns from one on; NEVER where there is none."""
    place = int(np.searchsorted(columns, least))
    return int(columns[place]) if place < len(columns) else NEVER


def course(found: Scores, residual: Floats, sigma: Floats, effect: Floats, keep: Floats, tolerance: Floats) -> Course:
    """`sigma` of a residual by bucket; `effect` and `keep` are logs of ratios that open and that keep open, by line; `tolerance` by bucket is
    what comes on top of the former.
    """
    wild = residual > np.maximum(WILD * sigma, np.log(STEEP) + effect[:, None]) + tolerance
    row = _in_a_row(wild, ~np.isnan(residual))
    most = np.maximum(WILD * sigma, BEYOND * effect[:, None])
    clipped = np.clip(residual, -most, most + tolerance)
    hour = trailing_mean(clipped, HOUR)
    slow = trailing_mean(clipped - tolerance, HOUR) > effect[:, None]
    return Course(found, slow, row, ~np.isnan(hour) & (hour <= keep[:, None]) & (row < IN_A_ROW))


def _in_a_row(flags: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the newest observations in a row are flagged."""
    found = np.zeros(flags.shape, np.int64)
    some = np.flatnonzero(flags.any(axis=1))
    flagged, observed, run = flags[some], seen[some], np.zeros(len(some), np.int64)
    for column in range(flags.shape[1] if len(some) else 0):
        run = np.where(observed[:, column], np.where(flagged[:, column], run + 1, 0), run)
        found[some, column] = run
    return found


def habits(score: Floats, long: NDArray[np.bool_], begin: int, rank: NDArray[np.int64]) -> Floats:
    """By line and hour of the day: the rank-th highest of the days' highest scores within two hours of it; long spells are no habit.

    `begin` is the first bucket's number since 1970; whole days.
    """
    lines, columns = score.shape
    by_hour = np.roll(np.where(long, 0.0, score), begin % DAY, axis=1).reshape(lines, -1, HOUR).max(axis=2)
    around = np.stack([np.roll(by_hour, hours, axis=1) for hours in range(-NEAR, NEAR + 1)]).max(axis=0)
    ordered = np.sort(around.reshape(lines, columns // DAY, DAY // HOUR), axis=1)
    return np.asarray(np.take_along_axis(ordered, -rank[:, None, None], axis=1)[:, 0])
