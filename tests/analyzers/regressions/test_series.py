"""The rings: sums by bucket and hour, in any order, in bounded memory."""

from datetime import UTC, datetime, timedelta

import pytest

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE, HOUR_SECONDS, HOURS, Series, Work

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
ONE, TWO, THREE = (("shop", StatementId(one * 16)) for one in "abc")


def _at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def _fine(series: Series, minutes: float, count: int = 1) -> list[list[list[float]]]:
    """Seconds, calls and rows by line of the buckets before a time."""
    found: list[list[list[float]]] = series.fine.before(int(_at(minutes).timestamp()) // BUCKET_SECONDS, count).tolist()
    return found


def test_minutes_are_summed_by_bucket_and_hour_whatever_their_order() -> None:
    forward, backward = Series(3), Series(3)
    points = [(_at(minute), _at(minute + 1), [Work(ONE, 10, 0.5, 20), Work(TWO, 1, 2, 1)]) for minute in range(60)]
    for point in points:
        forward.add(*point)
    for point in reversed(points):
        backward.add(*point)
    for series in (forward, backward):
        assert _fine(series, 60)[0][:3] == [[12.5], [10.0], [2.5]]
        assert _fine(series, 5)[1][:3] == [[55.0], [5.0], [50.0]]
        hours = series.hours.before(int(_at(60).timestamp()) // HOUR_SECONDS, 1)
        assert hours[0, 0, 0] == pytest.approx(150)


def test_a_point_that_lies_across_buckets_is_shared_out_and_one_of_an_hour_tells_of_hours_only() -> None:
    series = Series(3)
    series.add(_at(3), _at(13), [Work(ONE, 100, 1, 0)])
    assert [row[0] for row in (_fine(series, 15, 3)[1][1:2])] == [pytest.approx(20)]
    assert _fine(series, 15, 3)[1][1] == [pytest.approx(20), pytest.approx(50), pytest.approx(30)]
    series.add(_at(60), _at(120), [Work(ONE, 700, 1, 0)])
    assert series.hours.before(int(_at(120).timestamp()) // HOUR_SECONDS, 1)[1, 1, 0] == pytest.approx(700)
    assert _fine(series, 120)[1][1] == [0.0]


def test_one_statement_of_several_users_is_one() -> None:
    series = Series(3)
    series.add(_at(0), _at(5), [Work(ONE, 10, 1, 0), Work(ONE, 5, 1, 0)])
    assert _fine(series, 5)[1][:2] == [[15.0], [15.0]]


def test_what_the_ring_overtakes_is_forgotten() -> None:
    series = Series(1)
    series.add(_at(0), _at(5), [Work(ONE, 10, 1, 0)])
    later = 5 * FINE
    series.add(_at(later), _at(later + 5), [Work(ONE, 3, 1, 0)])
    assert series.fine.values[1].sum() == pytest.approx(6)  # the line and the cluster's
    assert _fine(series, 5) == [[[0.0], [0.0]]] * 3
    series.add(_at(0), _at(5), [Work(ONE, 10, 1, 0)])  # too old by now
    assert series.fine.values[1].sum() == pytest.approx(6)
    assert series.hours.values.shape == (2, 2, HOURS)


def test_at_most_so_many_are_followed_and_the_busiest_stay() -> None:
    series = Series(2)
    series.add(_at(0), _at(5), [Work(ONE, 1, 5, 0), Work(TWO, 1, 1, 0), Work(THREE, 1, 0.5, 0)])
    assert series.keys == [ONE, TWO]
    assert _fine(series, 5)[0][0] == [pytest.approx(6.5)]  # the cluster counts all
    series.add(_at(5), _at(10), [Work(THREE, 1, 3, 0)])
    assert series.keys == [ONE, THREE]
    assert _fine(series, 10, 2)[0][2] == [0.0, 3.0]
