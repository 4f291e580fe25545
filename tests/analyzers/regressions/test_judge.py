"""The judgement over made weeks: quiet ones stay quiet, shifts are found in time, what says nothing is passed over."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.open_shifts import Held
from tunewright_analyzers.facts.regressions import Usual
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.judge import judge
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, Key, Series

BEGIN = datetime(2026, 10, 5, tzinfo=UTC)
"""A Monday."""
WEEK, DAY = 2016, 288
LINES = 6


def _key(line: int) -> tuple[str, StatementId]:
    return ("shop", StatementId(f"{line:016x}"))


@cache
def _habits(weeks: int, seed: int = 1) -> np.ndarray:
    """Log latencies with a daily and a weekly season, a batch at 3 o'clock, and noise."""
    random, time = np.random.default_rng(seed), np.arange(weeks * WEEK)
    season = (
        0.4 * np.cos(2 * np.pi * (time % DAY) / DAY) - 0.3 * (((time // DAY) % 7) >= 5) + 0.8 * ((time // 12) % 24 == 3)
    )
    return season[None, :] + random.normal(-5, 0.15, (LINES, len(time)))


def _series(latency: np.ndarray, calls: np.ndarray | float = 200.0, rows_a_call: np.ndarray | float = 3.0) -> Series:
    """Filled from BEGIN on, one column a bucket."""
    series = Series(LINES)
    series.keys = [_key(line) for line in range(LINES)]
    count = np.broadcast_to(np.asarray(calls, np.float64), latency.shape)
    sums = np.stack([np.exp(latency) * count, count, count * rows_a_call])
    for grid in (series.fine, series.hours):
        at = (int(BEGIN.timestamp()) + np.arange(latency.shape[1]) * BUCKET_SECONDS) // grid.seconds
        grid.newest = int(at[-1])
        kept = at > grid.newest - grid.length
        mine = sums[: len(grid.values)][:, :, kept]
        np.add.at(grid.values, (slice(None), slice(1, None), at[kept] % grid.length), mine)
        np.add.at(grid.values, (slice(None), 0, at[kept] % grid.length), mine.sum(axis=1))
    return series


def _time(column: int) -> datetime:
    return BEGIN + timedelta(seconds=column * BUCKET_SECONDS)


def _shifted(latency: np.ndarray, line: int, columns: int, factor: float) -> np.ndarray:
    """The last so many columns of one line are slower."""
    found = latency.copy()
    found[line, latency.shape[1] - columns :] += np.log(factor)
    return found


def test_a_quiet_week_with_its_habits_is_quiet() -> None:
    latency = _habits(5)
    for hours in range(0, 168, 13):
        end = latency.shape[1] - hours * 12
        judged = judge(_series(latency[:, :end]), _time(end))
        assert judged.statements == LINES
        assert judged.shifts == ()
        assert judged.load is None


def test_half_as_slow_again_is_found_within_two_hours_by_the_hour_of_the_week() -> None:
    latency = _shifted(_habits(5), 2, 24, 1.5)
    judged = judge(_series(latency), _time(latency.shape[1]))
    (found,) = judged.shifts
    assert (found.database, found.statement_id, found.usual) == (*_key(2), Usual.HOUR_OF_WEEK)
    assert found.ratio == pytest.approx(1.5, rel=0.1)
    assert abs((found.since - _time(latency.shape[1] - 24)).total_seconds()) <= 1800
    assert found.score > found.limit > 3
    assert found.calls == pytest.approx(2400)
    assert found.share == pytest.approx(1.5 / 6.5, rel=0.15)
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert found.rows_ratio == pytest.approx(1)


def test_rows_a_call_are_those_of_its_first_hour_and_not_of_another_time_of_the_day() -> None:
    latency = _shifted(_habits(5), 2, 72, 1.5)
    end = latency.shape[1]
    held = judge(_series(latency[:, : end - 48]), _time(end - 48)).held
    rows = np.full(latency.shape, 3.0)
    rows[2, end - 24 :] = 9.0  # four hours after it began
    (found,) = judge(_series(latency, rows_a_call=rows), _time(end), held=held).shifts
    assert found.rows_ratio == pytest.approx(1)
    rows[2, end - 72 :] = 9.0
    (found,) = judge(_series(latency, rows_a_call=rows), _time(end), held=held).shifts
    assert found.rows_ratio is not None
    assert found.rows_ratio > 2.0  # the begin is an estimate


def test_a_shift_remembers_how_heavy_and_how_slow_it_was_since_it_opened() -> None:
    """So that what lies about a floor of the checks is told once, and not each time it passes it."""
    latency = _habits(5).copy()
    end = latency.shape[1]
    latency[2, -72:-36] += np.log(3)
    latency[2, -36:] += np.log(1.3)
    calls = np.full(latency.shape, 200.0)
    calls[2, -24:] = 20
    held = judge(_series(latency[:, : end - 42], calls[:, : end - 42]), _time(end - 42)).held
    (found,) = judge(_series(latency, calls), _time(end), held=held).shifts
    assert found.highest_share == found.peak_share > 0.3 > 0.05 > found.share
    assert found.highest_ratio == found.peak_ratio > 2.4 > 1.5 > found.ratio
    assert found.peak_share < 0.5  # what it carried before it opened does not count


def test_a_tenth_slower_is_not_worth_a_word() -> None:
    latency = _shifted(_habits(5), 2, 24, 1.1)
    assert judge(_series(latency), _time(latency.shape[1])).shifts == ()


def test_ten_times_slower_is_found_after_three_buckets() -> None:
    latency = _shifted(_habits(5), 2, 3, 10)
    (found,) = judge(_series(latency), _time(latency.shape[1])).shifts
    assert found.statement_id == _key(2)[1]
    two = _shifted(_habits(5), 2, 2, 10)
    assert judge(_series(two), _time(two.shape[1])).shifts == ()


def test_faster_is_no_regression() -> None:
    latency = _shifted(_habits(5), 2, 48, 0.4)
    assert judge(_series(latency), _time(latency.shape[1])).shifts == ()


def test_one_wild_bucket_is_none() -> None:
    latency = _habits(5).copy()
    latency[2, -6] += 4
    assert judge(_series(latency), _time(latency.shape[1])).shifts == ()


def test_with_days_only_by_the_hour_of_the_day() -> None:
    latency = _shifted(_habits(1)[:, : 5 * DAY], 2, 24, 2)
    (found,) = judge(_series(latency), _time(5 * DAY)).shifts
    assert found.usual is Usual.HOUR_OF_DAY
    assert judge(_series(_habits(1)[:, : 5 * DAY]), _time(5 * DAY)).shifts == ()


def test_with_hours_only_against_the_hours_before() -> None:
    latency = _shifted(_habits(1)[:, 60:108], 2, 12, 4)
    (found,) = judge(_series(latency), _time(48)).shifts
    assert found.usual is Usual.LAST_HOURS
    assert found.ratio == pytest.approx(4, rel=0.3)  # the season, not known yet, goes down meanwhile


def test_with_less_than_an_hour_nothing_is_judged() -> None:
    judged = judge(_series(_habits(1)[:, :11]), _time(11))
    assert (judged.statements, judged.learning, judged.shifts) == (0, LINES, ())


def test_what_is_held_stays_told_where_the_hours_before_are_slow_too() -> None:
    """After some hours what came before is as slow as what comes now; only what was held knows that it was not."""
    latency = _shifted(_habits(1)[:, 60:240], 2, 120, 4)
    series = _series(latency)
    assert judge(series, _time(180)).shifts == ()
    held: dict[Key | None, Held] = {_key(2): Held(_time(60), _time(66), float(latency[2, :60].mean()), 9.0, 4.4, 1e-9)}
    (found,) = judge(series, _time(180), held=held).shifts
    assert found.since == _time(60)
    assert found.p_value == 1e-9


def test_what_has_ended_is_told_no_more() -> None:
    latency = _habits(5).copy()
    latency[2, -60:-24] += np.log(3)
    end = latency.shape[1]
    during = judge(_series(latency[:, : end - 26]), _time(end - 26))
    assert len(during.shifts) == 1
    assert judge(_series(latency), _time(end), held=during.held).shifts == ()


def test_a_shift_that_lasts_stays_told_for_days() -> None:
    latency = _shifted(_habits(5), 2, 6 * DAY, 1.6)
    held = dict(judge(_series(latency[:, : -5 * DAY]), _time(latency.shape[1] - 5 * DAY)).held)
    for days in range(4, -1, -1):
        end = latency.shape[1] - days * DAY
        judged = judge(_series(latency[:, :end]), _time(end), held=held)
        held = dict(judged.held)
        assert [one.statement_id for one in judged.shifts] == [_key(2)[1]]


def test_a_shift_of_ten_days_is_still_known_by_its_begin() -> None:
    latency = _shifted(_habits(6), 2, 10 * DAY, 1.8)
    first = latency.shape[1] - 10 * DAY + 24
    held = dict(judge(_series(latency[:, :first]), _time(first)).held)
    begin = held[_key(2)].since
    judged = judge(_series(latency), _time(latency.shape[1]), held=held)
    assert [(one.statement_id, one.since) for one in judged.shifts] == [(_key(2)[1], begin)]
    assert (judged.shifts[0].calls_ratio, judged.shifts[0].rows_ratio) == (None, None)  # that hour is kept no more


def test_repeated_shifts_do_not_make_their_own_limit() -> None:
    """Six hours on each of four days before, at the same time of day: the fifth is found as soon as the first would be."""
    latency = _habits(5).copy()
    end = latency.shape[1]
    alone = judge(_series(_shifted(latency, 2, 24, 1.5)), _time(end)).shifts[0]
    for days in range(1, 5):
        latency[2, end - days * DAY - 24 : end - days * DAY + 48] += np.log(1.5)
    (found,) = judge(_series(_shifted(latency, 2, 24, 1.5)), _time(end)).shifts
    assert found.limit == pytest.approx(alone.limit, rel=0.1)


def test_what_comes_on_most_days_about_this_hour_is_a_habit() -> None:
    latency = _habits(5).copy()
    end = latency.shape[1]
    latency[2, end - 12 :] += np.log(1.6)
    assert judge(_series(latency), _time(end)).shifts
    for days in range(1, 6):
        latency[2, end - days * DAY - 12 : end - days * DAY] += np.log(1.6)
    assert judge(_series(latency), _time(end)).shifts == ()


def test_lines_that_carry_nothing_are_not_judged_but_counted() -> None:
    latency = _shifted(_habits(5), 2, 24, 3)
    latency[2] -= 9  # a ten-thousandth of what the others take
    judged = judge(_series(latency), _time(latency.shape[1]))
    assert (judged.statements, judged.shifts) == (LINES, ())


def test_times_that_say_nothing_are_passed_over() -> None:
    latency = _shifted(_habits(5), 2, 18, 3)
    end = latency.shape[1]
    assert judge(_series(latency), _time(end)).shifts
    assert judge(_series(latency), _time(end), [Period(_time(end - 19), _time(end))]).shifts == ()


def test_buckets_with_a_reset_are_passed_over() -> None:
    latency = _shifted(_habits(5), 2, 18, 3)
    series = _series(latency)
    for column in range(latency.shape[1] - 19, latency.shape[1]):
        series.add(_time(column), _time(column) + timedelta(seconds=60), (), reset=True)
    assert judge(series, _time(latency.shape[1])).shifts == ()


def test_rare_calls_are_put_together() -> None:
    """One call in five minutes is five in 25: a report that got ten times slower is found, though later."""
    latency = _shifted(_habits(5), 2, 60, 10)
    calls = np.full(latency.shape, 200.0)
    calls[2] = 1
    found = judge(_series(latency, calls), _time(latency.shape[1])).shifts
    assert [one.statement_id for one in found] == [_key(2)[1]]


def test_more_calls_are_a_shift_of_the_load_and_of_no_statement() -> None:
    latency = _habits(5)
    calls = np.full(latency.shape, 200.0)
    calls[4, -24:] = 2000
    judged = judge(_series(latency, calls), _time(latency.shape[1]))
    assert judged.shifts == ()
    assert judged.load is not None
    assert judged.load.recent_load / judged.load.usual_load == pytest.approx(2.5, rel=0.15)
    first = judged.load.contributions[0]
    assert (first.statement_id, round(first.calls_ratio), first.latency_ratio) == (
        _key(4)[1],
        10,
        pytest.approx(1, rel=0.2),
    )


def test_a_daemon_that_has_just_begun_has_nothing_to_judge_and_says_so() -> None:
    assert judge(Series(LINES), _time(0)).shifts == ()
    first = Series(LINES)
    first.add(_time(0), _time(1), ())
    assert judge(first, _time(1)).shifts == ()


def test_the_load_remembers_how_high_it_was() -> None:
    """So that a load about the threshold of its check is told once, and not each time it passes it."""
    latency = _habits(5)
    calls = np.full(latency.shape, 200.0)
    calls[4, -60:-30], calls[4, -30:] = 3000, 1000
    end = latency.shape[1] - 30
    before = judge(_series(latency[:, :end], calls[:, :end]), _time(end))
    after = judge(_series(latency, calls), _time(latency.shape[1]), held=before.held)
    assert before.load is not None
    assert after.load is not None
    assert after.load.peak_ratio == before.load.highest_ratio
    assert after.load.recent_load / after.load.usual_load < 0.7 * after.load.peak_ratio
