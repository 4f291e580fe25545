"""What stays through half an hour, and what does so every day at this time."""

import numpy as np

from tunewright_analyzers.regressions.lasting import DAY, HALF_HOUR, habit, lasting, since


def _flat(days: int = 8) -> np.ndarray:
    return np.zeros(days * DAY)


def test_all_but_one_bucket_of_half_an_hour_must_reach_it() -> None:
    values = _flat(1)
    values[100:106] = [3, 4, 0, 5, 3, 4]
    assert lasting(values)[105] == 3
    values[103] = 0
    assert lasting(values)[105] == 0


def test_a_burst_of_twenty_minutes_does_not_last() -> None:
    values = _flat(1)
    values[100:104] = 9
    assert lasting(values).max() == 0


def test_only_what_began_then_counts() -> None:
    values = _flat(1)
    values[100:112] = 4
    assert since(values, 100) == 4
    assert since(values, 108) == 0
    assert since(values, DAY - 2) == 0


def test_what_was_not_observed_lasts_no_more_than_nothing() -> None:
    values = _flat(1)
    values[100:106] = [3, np.nan, np.nan, 3, 3, 3]
    assert lasting(values).max() == 0


def test_a_habit_is_what_three_of_seven_days_had_within_two_hours() -> None:
    values, begin = _flat(), 7 * DAY + 100
    for day, late, height in ((6, -20, 2.0), (5, 0, 5.0), (3, 12, 3.0)):
        first = day * DAY + 100 + late
        values[first : first + HALF_HOUR] = height
    assert habit(values, begin) == 2.0
    values[6 * DAY + 80 : 6 * DAY + 86] = 0
    assert habit(values, begin) == 0.0
    values[6 * DAY + 40 : 6 * DAY + 46] = 2  # five hours before
    assert habit(values, begin) == 0.0


def test_with_fewer_than_three_days_there_is_no_habit() -> None:
    values = _flat(2)
    values[100:112] = values[DAY + 100 : DAY + 112] = 4
    assert habit(values, DAY + 150) == 0.0
