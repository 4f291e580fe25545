"""The robust line: exact on lines, unmoved by wild days, honest about what it does not know."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.facts.cloud_metrics import MetricPoint
from tunewright_analyzers.forecast.line import Line, daily, days_until, fit

START = datetime(2026, 11, 1, tzinfo=UTC)
NUMBERS = st.floats(-1e6, 1e6)
WALKS = st.lists(NUMBERS, min_size=3, max_size=40)


def points(values: list[float]) -> tuple[MetricPoint, ...]:
    """One a day."""
    return tuple(MetricPoint(START + timedelta(days=day), value) for day, value in enumerate(values))


def fitted(values: list[float]) -> Line:
    """The line, which there must be."""
    line = fit(points(values))
    assert line is not None
    return line


@given(NUMBERS, st.floats(-1e3, 1e3), st.integers(3, 60))
def test_a_line_is_found_exactly(level: float, slope: float, days: int) -> None:
    line = fitted([level + slope * day for day in range(days)])
    tolerance = 1e-6 * (1 + abs(level) + abs(slope) * days)
    assert line.slope == pytest.approx(slope, abs=tolerance)
    assert line.level == pytest.approx(level + slope * (days - 1), abs=10 * tolerance)
    assert line.high - line.low <= 2 * tolerance


@given(WALKS)
def test_the_slope_lies_within_its_interval(values: list[float]) -> None:
    line = fitted(values)
    assert line.low <= line.slope <= line.high


@given(WALKS, NUMBERS)
def test_a_shift_moves_the_level_and_nothing_else(values: list[float], by: float) -> None:
    one, other = fitted(values), fitted([value + by for value in values])
    assert other.slope == pytest.approx(one.slope, abs=1e-6)
    assert other.level == pytest.approx(one.level + by, abs=1e-4)


@given(WALKS)
def test_upside_down_is_the_same_line_upside_down(values: list[float]) -> None:
    one, other = fitted(values), fitted([-value for value in values])
    assert (other.slope, other.low, other.high) == pytest.approx((-one.slope, -one.high, -one.low), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 19), NUMBERS), max_size=4, unique_by=lambda one: one[0]))
def test_a_fifth_of_wild_days_does_not_turn_it(wild: list[tuple[int, float]]) -> None:
    values = [100.0 + 5 * day for day in range(20)]
    for day, value in wild:
        values[day] = value
    assert fitted(values).slope == pytest.approx(5, abs=5)
    assert math.copysign(1, fitted(values).slope) == 1


def test_noise_without_a_trend_is_not_certain() -> None:
    line = fitted([50 + (3 if day % 2 else -3) for day in range(14)])
    assert not line.is_certain
    assert line.low <= 0 <= line.high


def test_two_points_are_no_line() -> None:
    assert fit(points([1.0, 2.0])) is None
    assert fit(()) is None


@given(st.floats(0, 1e6), st.floats(0.001, 1e3), st.floats(0, 1e6))
def test_the_day_is_where_the_line_meets_the_limit(level: float, slope: float, above: float) -> None:
    days = days_until(Line(START, level, slope, slope, slope, 14), level + above, slope)
    if days is None:
        assert above / slope > 3649
    else:
        assert level + slope * days == pytest.approx(level + above, rel=1e-6, abs=1e-6)


def test_what_falls_or_stands_never_meets_it_and_what_is_there_has() -> None:
    flat = Line(START, 10, 0, 0, 0, 14)
    assert days_until(flat, 20, 0) is None
    assert days_until(flat, 20, -1) is None
    assert days_until(flat, 10, -1) == 0


def test_a_day_is_its_worst_hour_and_a_broken_first_day_is_left_out() -> None:
    hours = [MetricPoint(START + timedelta(hours=hour), float(hour % 24)) for hour in range(24 * 3 + 5)]
    values = daily(hours, max)
    assert len(values) == 3
    assert [point.at for point in values] == [hours[-1].at - timedelta(days=age) for age in (2, 1, 0)]
    assert [point.value for point in values] == [23.0, 23.0, 23.0]
    assert daily((), max) == ()
