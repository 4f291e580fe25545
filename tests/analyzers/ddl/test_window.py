"""The quietest hours of a day, from points made by hand and at random."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.ddl.window import Point, hours_of, safe_window

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def _day(day: int, load: dict[int, float], touches: dict[int, float] | None = None) -> list[Point]:
    start = MONDAY + timedelta(days=day)
    return [
        Point(
            start + timedelta(hours=hour),
            3600,
            load.get(hour, 5.0),
            0.0,
            0.0,
            None if touches is None else touches.get(hour, 3600.0),
        )
        for hour in range(24)
    ]


def test_the_quietest_hour_is_found_and_the_busiest_named() -> None:
    found = safe_window(_day(0, {3: 0.1, 14: 30.0}) + _day(1, {3: 0.3, 14: 20.0}), 60)
    assert found is not None
    assert (found.start, found.hours, found.end) == (3, 1, 4)
    assert (found.seen[0].active, found.seen[0].days) == (0.2, 2)
    assert found.busiest.hour == 14


def test_a_table_that_is_used_while_the_server_is_quiet_is_not_locked_then() -> None:
    points = [point for day in (0, 1) for point in _day(day, {3: 0.1, 22: 1.0}, {3: 900_000.0, 22: 0.0})]
    found = safe_window(points, 60)
    assert found is not None
    assert (found.start, found.seen[0].touches_per_second) == (22, 0.0)
    assert found.busiest.hour == 3


def test_work_of_hours_needs_hours_in_a_row_also_over_midnight() -> None:
    quiet = {23: 0.1, 0: 0.1, 1: 0.1, 12: 0.0}
    found = safe_window(_day(0, quiet) + _day(1, quiet), 2.5 * 3600)
    assert found is not None
    assert (found.start, found.hours, found.end) == (23, 3, 2)


def test_one_night_is_chance() -> None:
    assert safe_window(_day(0, {3: 0.0}), 60) is None
    assert safe_window([], 60) is None


def test_waits_and_idle_transactions_are_told() -> None:
    points = [
        Point(MONDAY + timedelta(days=day, minutes=30 * half), 1800, 1.0, 9.0, 60.0 * half)
        for day in (0, 1)
        for half in (0, 1)
    ]
    hour = hours_of(points)[0]
    assert (hour.blocked_seconds_per_hour, hour.longest_idle_seconds, hour.touches_per_second) == (18.0, 60.0, None)


@given(st.lists(st.tuples(st.integers(0, 72), st.floats(0, 50)), max_size=80), st.floats(0, 5 * 3600))
def test_no_other_span_of_that_length_is_quieter(seen: list[tuple[int, float]], need: float) -> None:
    points = [Point(MONDAY + timedelta(hours=hour), 3600, load, 0.0, 0.0) for hour, load in seen]
    hours, found = hours_of(points), safe_window(points, need)
    if found is None:
        return
    assert found.hours * 3600 >= need
    chosen = sum(hour.active for hour in found.seen)
    for start in range(24):
        span = [hours.get((start + step) % 24) for step in range(found.hours)]
        if all(span):
            assert chosen <= sum(hour.active for hour in span if hour is not None) + 1e-9
