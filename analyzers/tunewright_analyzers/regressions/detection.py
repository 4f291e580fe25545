"""Which lines stepped up and still stand there: noise, scores, limits and spells put together. In come Residuals, out goes Detected.

A line is looked at twice where it had long spells in the week before: they are left out of what is learnt the second time, so that no
shift makes its own noise or its own limit. Called by judge.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.regressions import Usual
from tunewright_analyzers.regressions.noise import hours_of, learnt
from tunewright_analyzers.regressions.residuals import MODES, Residuals
from tunewright_analyzers.regressions.robust import Floats
from tunewright_analyzers.regressions.series import FINE
from tunewright_analyzers.regressions.spells import DAY, Course, Spells, course, habits
from tunewright_analyzers.regressions.steps import WIDTHS, Scores, limits, scores

WEEK = FINE - DAY
"""Buckets."""
EFFECT = {Usual.HOUR_OF_WEEK: 1.2, Usual.HOUR_OF_DAY: 1.3, Usual.LAST_HOURS: 2.0}
"""How much slower opens a shift: the less is known of a statement's habits, the more it takes."""
KEEP = {Usual.HOUR_OF_WEEK: 1.1, Usual.HOUR_OF_DAY: 1.15, Usual.LAST_HOURS: 1.3}
WIDER = {Usual.HOUR_OF_WEEK: 1.0, Usual.HOUR_OF_DAY: 1.3, Usual.LAST_HOURS: 1.3}
"""The noise is measured on the very values that made the baseline where there is no other week."""
UNKNOWN = 1.3
"""How much more z may scatter than it should, where too little came before to tell."""
HABIT = 1.3
HABIT_RANK = {Usual.HOUR_OF_WEEK: 3, Usual.HOUR_OF_DAY: 1, Usual.LAST_HOURS: 1}
"""The limit is at least HABIT times what the line reached at this time of the day on so many days of the week before."""
LONG = 36
"""Buckets: what was slow for two hours (it closes an hour later) was a shift and no habit."""
CLUSTER_SHARE = 0.05
"""The budget of false openings that the load of all has, as if it were a statement of so much."""


@dataclass(frozen=True, slots=True)
class Detected:
    """Who is open at the end; by line and bucket the scores, the limits, and how many sigmas each residual is."""

    spells: Spells
    score: Floats
    limit: Floats
    sigmas: Floats


@dataclass(frozen=True, slots=True)
class _Look:
    found: Scores
    sigma: Floats
    """Of a residual, by bucket."""

    def along(self, compared: Residuals) -> Course:
        effect, keep = _logs(EFFECT, compared), _logs(KEEP, compared)
        return course(self.found, compared.values, self.sigma, effect, keep, compared.tolerance)


def detect(compared: Residuals, opened: NDArray[np.int64]) -> Detected:
    """`opened`: the buckets in which lines are known to have opened."""
    limit = limits(np.where(compared.lines[:, None] == 0, CLUSTER_SHARE, compared.share))
    look = _look(compared)
    before = look.along(compared).spells(limit, 0, WEEK)
    _again(look, compared, before)
    along = look.along(compared)
    before = along.spells(limit, 0, WEEK)
    learning = compared.learning[:, :WEEK]
    rank = np.array([HABIT_RANK[MODES[one]] for one in compared.modes.tolist()])
    usual = habits(np.where(learning, look.found.score[:, :WEEK], 0.0), before.long(LONG), compared.begin, rank)
    limit = np.maximum(limit, HABIT * usual[:, hours_of(compared.begin, FINE)])
    limit[compared.learning] = np.inf
    spells = along.spells(limit, WEEK, FINE, opened)
    return Detected(spells, look.found.score, limit, np.nan_to_num(compared.values / look.sigma))


def _logs(table: dict[Usual, float], compared: Residuals) -> Floats:
    return np.log([table[MODES[one]] for one in compared.modes.tolist()])


def _look(compared: Residuals) -> _Look:
    wider = np.array([WIDER[MODES[one]] for one in compared.modes.tolist()])
    noise = learnt(np.where(compared.learning, compared.values, np.nan), compared.begin).wider(wider)
    hours = hours_of(compared.begin, FINE)
    unknown = np.full(len(wider), UNKNOWN)
    effect = _logs(EFFECT, compared)
    found = scores(compared.values, noise.innovation[:, hours], noise.persistence, effect, compared.learning, unknown)
    return _Look(found, noise.stationary[:, hours])


def _again(look: _Look, compared: Residuals, before: Spells) -> None:
    """Look anew at lines with long spells, without these and the scores that fell after them; written into the look."""
    disturbed = before.long(LONG, after=WIDTHS[-1])
    lines = np.flatnonzero(disturbed.any(axis=1))
    if not len(lines):
        return
    mine = compared.only(lines)
    mine.learning[:, :WEEK] &= ~disturbed[lines]
    found = _look(mine)
    look.found.score[lines], look.found.begin[lines] = found.found.score, found.found.begin
    look.sigma[lines] = found.sigma
