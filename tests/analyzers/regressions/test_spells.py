"""When lines are open: what opens, what keeps open, what is known already, and what counts as a habit."""

import numpy as np

from tunewright_analyzers.regressions.spells import LEAD, NEVER, SETTLE, Spells, course, habits
from tunewright_analyzers.regressions.steps import Scores

EFFECT, KEEP = np.log([1.2]), np.log([1.1])
COLUMNS = 288


def _spells(
    residual: np.ndarray, score: np.ndarray, opened: int | None = None, begin: int = 0, tolerance: float = 0.0
) -> Spells:
    found = Scores(score[None, :], np.maximum(0, np.arange(COLUMNS) - 6)[None, :])
    sigma, wandering = np.full((1, COLUMNS), 0.05), np.full((1, COLUMNS), tolerance)
    along = course(found, residual[None, :], sigma, EFFECT, KEEP, wandering)
    known = None if opened is None else np.array([opened], np.int64)
    return along.spells(np.full((1, COLUMNS), 4.0), begin, COLUMNS, known)


def _slow(first: int, last: int, height: float = 0.4) -> np.ndarray:
    found = np.zeros(COLUMNS)
    found[first:last] = height
    return found


def _score(*columns: int) -> np.ndarray:
    found = np.zeros(COLUMNS)
    found[list(columns)] = 5.0
    return found


def test_it_opens_at_the_score_and_closes_when_an_hour_is_no_longer_slow() -> None:
    found = _spells(_slow(96, 150), _score(98, 104))  # at 98 the hour is not slow yet
    open_at = np.flatnonzero(found.is_open[0])
    assert (open_at[0], found.opened[0], found.since[0]) == (104, 104, 98)
    assert 150 < open_at[-1] <= 162
    assert len(open_at) == open_at[-1] - open_at[0] + 1


def test_an_hour_that_wanders_must_be_slower_by_so_much_more() -> None:
    score = _score(*range(96, 150))
    assert _spells(_slow(96, 150), score).opened[0] == 104
    assert not _spells(_slow(96, 150), score, tolerance=0.3).is_open.any()
    assert _spells(_slow(96, 150, 0.7), score, tolerance=0.3).opened[0] < 108
    assert not _spells(_slow(96, 150, 1.2), np.zeros(COLUMNS), tolerance=0.3).is_open.any()
    assert _spells(_slow(96, 150, 1.5), np.zeros(COLUMNS), tolerance=0.3).opened[0] == 98


def test_it_settles_before_it_may_close() -> None:
    found = _spells(_slow(94, 103), _score(102))
    assert found.is_open[0].sum() == SETTLE


def test_what_is_known_to_have_opened_opens_without_a_score() -> None:
    quiet = np.zeros(COLUMNS)
    assert not _spells(_slow(94, 288), quiet).is_open.any()
    assert not _spells(_slow(94, 288), quiet, NEVER).is_open.any()
    assert np.flatnonzero(_spells(_slow(94, 288), quiet, 100).is_open[0])[0] == 100
    before = _spells(_slow(0, 288), quiet, -5000, begin=50)
    assert before.is_open.all()
    assert before.opened[0] == -5000


def test_three_wild_buckets_open_without_a_score() -> None:
    wild = _spells(_slow(94, 288, 2.0), np.zeros(COLUMNS))
    assert (wild.opened[0], wild.since[0]) == (96, 94)
    assert not _spells(_slow(94, 96, 2.0), np.zeros(COLUMNS)).is_open.any()


def test_only_long_spells_are_long_and_begin_before_they_open() -> None:
    is_open = np.zeros((1, 100), bool)
    is_open[0, 10:30] = is_open[0, 50:90] = True
    found = Spells(is_open, np.array([50]), np.array([44])).long(36)
    assert np.array_equal(np.flatnonzero(found[0]), np.arange(50 - LEAD, 90))


def test_a_habit_is_what_comes_on_three_days_about_the_same_hour() -> None:
    score = np.zeros((2, 7 * 288))
    for day, hour in ((1, 4), (2, 5), (4, 3)):
        score[0, day * 288 + hour * 12] = 6.0 + day
    for day in (1, 4):
        score[1, day * 288 + 48] = 9.0
    nothing = np.zeros(score.shape, bool)
    rank = np.array([3, 3])
    found = habits(score, nothing, 0, rank)
    assert (found[0, 4], found[0, 5], found[0, 3]) == (7.0, 7.0, 7.0)
    assert found[0, 12] == 0.0
    assert found[1].max() == 0.0
    shifted = habits(score, nothing, 3 * 12 + 5, rank)  # the same week, told from another hour on
    assert shifted[0, 7] == 7.0
    assert shifted[0, 15] == 0.0


def test_long_spells_are_no_habit() -> None:
    score = np.zeros((1, 7 * 288))
    long = np.zeros(score.shape, bool)
    for day in (1, 2, 4):
        score[0, day * 288 + 48] = 6.0
        long[0, day * 288 + 40 : day * 288 + 100] = True
    assert habits(score, long, 0, np.array([3])).max() == 0.0
