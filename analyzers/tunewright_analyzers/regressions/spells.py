"""When lines were slow: a state machine along time, for many lines at once. Called by judge.py.

    closed --[the score of a step passes the limit, or three wild observations in a row]--> open
    open --[three quarters of an hour later or more, the mean of the last hour is no longer above `keep`]--> closed

Invariants: a line that is open stays open while it is slow, whatever its score; `opened` is where it opened, `since` where the step began.
"""

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

    def long(self, count: int) -> NDArray[np.bool_]:
        """Who was open, where that lasted for so many buckets, and the LEAD buckets before, in which a score rises to its limit."""
        lines, columns = self.is_open.shape
        total = np.concatenate([np.zeros((lines, count), np.int64), np.cumsum(self.is_open, axis=1)], axis=1)
        whole = total[:, count:] - total[:, :-count] == count  # the last `count` buckets, all of them
        span = count + LEAD
        ahead = np.concatenate([np.cumsum(whole[:, ::-1], axis=1)[:, ::-1], np.zeros((lines, span), np.int64)], axis=1)
        return np.asarray(ahead[:, :columns] > ahead[:, span : span + columns])


@dataclass(frozen=True, slots=True)
class Course:
    """By line and bucket: the scores, how many wild observations came in a row, and whether what is open would close."""

    scores: Scores
    wild: NDArray[np.int64]
    ends: NDArray[np.bool_]

    def spells(self, limit: Floats, begin: int, end: int, opened: NDArray[np.int64] | None = None) -> Spells:
        """From one bucket to another. `opened`: the bucket in which a line is known to have opened (NEVER: it is not known to)."""
        lines = len(limit)
        known = np.full(lines, NEVER) if opened is None else opened
        now, at = known < begin, known.copy()
        since = known.copy()
        is_open = np.zeros((lines, end - begin), bool)
        for column in range(begin, end):
            surely = self.scores.score[:, column] > limit[:, column]
            opens = ~now & (surely | (self.wild[:, column] >= IN_A_ROW) | (known == column))
            step = np.where(surely, self.scores.begin[:, column], np.maximum(0, column - self.wild[:, column] + 1))
            at, since = np.where(opens, column, at), np.where(opens, step, since)
            now = (now | opens) & ~(self.ends[:, column] & (column - at >= SETTLE))
            is_open[:, column - begin] = now
        return Spells(is_open, at, since)


def course(found: Scores, residual: Floats, sigma: Floats, effect: Floats, keep: Floats) -> Course:
    """`sigma` of a residual by bucket; `effect` and `keep` are logs of ratios that open and that keep open, by line."""
    wild = residual > np.maximum(WILD * sigma, np.log(STEEP) + effect[:, None])
    row = _in_a_row(wild, ~np.isnan(residual))
    most = np.maximum(WILD * sigma, BEYOND * effect[:, None])
    hour = trailing_mean(np.clip(residual, -most, most), HOUR)
    return Course(found, row, ~np.isnan(hour) & (hour <= keep[:, None]) & (row < IN_A_ROW))


def _in_a_row(flags: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the newest observations in a row are flagged."""
    found, run = np.zeros(flags.shape, np.int64), np.zeros(len(flags), np.int64)
    for column in range(flags.shape[1]):
        run = np.where(seen[:, column], np.where(flags[:, column], run + 1, 0), run)
        found[:, column] = run
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
