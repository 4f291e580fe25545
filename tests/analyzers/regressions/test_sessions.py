"""Sessions against what is usual of them: weeks of sampled load in, shifts of waiting and of active sessions out."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.facts.regressions import SessionShift, SessionsOf, Usual
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, Series, Work
from tunewright_analyzers.regressions.sessions import LOCK, NOTHING, Sampled, SessionSeries, grown_load, judge_sessions

BEGIN = datetime(2026, 10, 5, tzinfo=UTC)
"""A Monday."""
WEEK, DAY = 2016, 288
HALF_MINUTE = timedelta(seconds=30)


def _time(column: int) -> datetime:
    return BEGIN + timedelta(seconds=column * BUCKET_SECONDS)


@cache
def _quiet(weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Active sessions with a daily season, and those of them that wait for locks: short waits now and then, and a batch at 3 o'clock."""
    random, time = np.random.default_rng(5), np.arange(weeks * WEEK)
    locks = random.poisson(0.3, len(time)) * random.exponential(0.15, len(time))
    locks += np.where((time // 12) % 24 == 3, random.uniform(0.5, 2.0, len(time)), 0.0)
    active = np.exp(0.9 + 0.5 * np.cos(2 * np.pi * (time % DAY) / DAY) + random.normal(0, 0.2, len(time))) + locks
    return active, locks


def _series(active: np.ndarray, locks: np.ndarray) -> SessionSeries:
    """One point for each bucket of the last nine days, and one for each hour before."""
    series, fine = SessionSeries(), max(0, len(active) - 9 * DAY) // 12 * 12
    for start in range(0, fine, 12):
        _add(series, active, locks, start, start + 12)
    for start in range(fine, len(active)):
        _add(series, active, locks, start, start + 1)
    return series


def _add(series: SessionSeries, active: np.ndarray, locks: np.ndarray, start: int, end: int) -> None:
    count = 300 * (end - start)
    waiting, working = (
        round(float(values[start:end].sum()) * count / (end - start)) for values in (locks, active - locks)
    )
    series.add(Sampled(Period(_time(start), _time(end)), count, {"CPU": working, LOCK: waiting}))


def _judged(
    active: np.ndarray, locks: np.ndarray, held: dict[Line, Held] | None = None
) -> dict[SessionsOf, SessionShift]:
    found, _ = judge_sessions(_series(active, locks), _time(len(active)), (), held or {})
    return {one.kind: one for one in found}


def _storm(weeks: int, columns: int, sessions: float) -> tuple[np.ndarray, np.ndarray]:
    active, locks = (one.copy() for one in _quiet(weeks))
    for values in (active, locks):
        values[-columns:] += sessions
    return active, locks


def test_a_quiet_week_with_its_batch_is_quiet() -> None:
    active, locks = _quiet(5)
    series, held, done = _series(active[: 4 * WEEK], locks[: 4 * WEEK]), dict[Line, Held](), 4 * WEEK
    for end in range(4 * WEEK + 53, 5 * WEEK, 53):
        for column in range(done, end):
            _add(series, active, locks, column, column + 1)
        found, held = judge_sessions(series, _time(end), (), held)
        done = end
        assert found == ()


def test_two_more_that_wait_are_open_after_a_quarter_of_an_hour_and_last_after_half_an_hour() -> None:
    found = _judged(*_storm(4, 3, 2.0))[SessionsOf.LOCKS]
    assert found.usual is Usual.HOUR_OF_WEEK
    assert found.usual_sessions == pytest.approx(NOTHING)
    assert found.recent_sessions == pytest.approx(2, rel=0.15)
    assert abs((found.since - _time(4 * WEEK - 3)).total_seconds()) <= 300
    assert found.lasting_sessions == 0
    assert SessionsOf.LOCKS not in _judged(*_storm(4, 2, 2.0))
    assert _judged(*_storm(4, 6, 2.0))[SessionsOf.LOCKS].lasting_sessions == pytest.approx(2, rel=0.15)


def test_one_session_more_that_waits_is_found_within_an_hour() -> None:
    assert _judged(*_storm(4, 12, 1.0))[SessionsOf.LOCKS].lasting_sessions == pytest.approx(1, abs=0.1)


def test_with_hours_only_two_sessions_that_wait_are_found_within_an_hour() -> None:
    active, locks = _storm(1, 12, 2.0)
    found = _judged(active[-40:], locks[-40:])[SessionsOf.LOCKS]
    assert found.usual is Usual.LAST_HOURS


def test_a_standing_storm_stays_open_with_its_begin_and_ends_after_it_is_over() -> None:
    active, locks = _storm(4, 72, 3.0)
    held: dict[Line, Held] = {}
    for end in range(len(active) - 60, len(active) + 1, 12):
        found, held = judge_sessions(_series(active[:end], locks[:end]), _time(end), (), held)
        (mine,) = (one for one in found if one.kind is SessionsOf.LOCKS)
        assert abs((mine.since - _time(len(active) - 72)).total_seconds()) <= 300
    after = (
        np.concatenate([active, _quiet(5)[0][4 * WEEK : 4 * WEEK + 12]]),
        np.concatenate([locks, _quiet(5)[1][4 * WEEK : 4 * WEEK + 12]]),
    )
    assert SessionsOf.LOCKS not in _judged(*after, held=held)


def test_a_wait_of_a_minute_is_none() -> None:
    active, locks = (one.copy() for one in _quiet(4))
    locks[-2] += 4
    active[-2] += 4
    assert _judged(active, locks) == {}


def test_more_that_work_are_a_shift_of_the_active_only() -> None:
    active, locks = (one.copy() for one in _quiet(4))
    active[-12:] += 12
    found = _judged(active, locks)
    assert set(found) == {SessionsOf.ACTIVE}
    assert found[SessionsOf.ACTIVE].hour_sessions - found[SessionsOf.ACTIVE].usual_sessions == pytest.approx(
        12, rel=0.1
    )


def test_times_that_say_nothing_are_passed_over() -> None:
    active, locks = _storm(4, 12, 3.0)
    unsafe = [Period(_time(len(active) - 13), _time(len(active)))]
    found, _ = judge_sessions(_series(active, locks), _time(len(active)), unsafe, {})
    assert found == ()


def test_what_was_not_sampled_is_not_taken_for_nobody() -> None:
    """Half a minute of samples in a bucket says nothing of it; a point without any samples says nothing either."""
    series = SessionSeries()
    for column in range(48):
        series.add(Sampled(Period(_time(column), _time(column) + HALF_MINUTE), 30, {LOCK: 90}))
        series.add(Sampled(Period(_time(column), _time(column + 1)), 0, {}))
    found, _ = judge_sessions(series, _time(48), (), {})
    assert found == ()


def test_a_minute_that_was_read_while_it_ran_weighs_as_much_as_it_was_sampled() -> None:
    series = SessionSeries()
    series.add(Sampled(Period(_time(0), _time(0) + HALF_MINUTE), 30, {LOCK: 60}))
    series.add(Sampled(Period(_time(0), _time(0) + 2 * HALF_MINUTE), 60, {LOCK: 60}))
    first = int(BEGIN.timestamp()) // BUCKET_SECONDS
    total, waiting, seconds = series.fine.before(first + 1, 1)[0, :, 0].tolist()
    assert (total, waiting, seconds) == (pytest.approx(120), pytest.approx(120), pytest.approx(90))


def test_what_statements_took_more_is_against_the_hour_before_the_begin() -> None:
    series = Series(1)
    for column in range(48):
        work = Work(("shop", StatementId("a" * 16)), 10, 300.0 if column < 36 else 900.0, 0)
        series.add(_time(column), _time(column + 1), [work])
    assert grown_load(series, _time(48), _time(36)) == pytest.approx(2)
