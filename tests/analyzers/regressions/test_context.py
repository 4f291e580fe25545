"""Which change of plan a shift is set beside."""

from cases.facts import ago
from cases.regressions.shifts import shift
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.regressions.context import flip


def _changed(minutes: float, was: str, now: str, origin: str = "twin") -> Event:
    one = shift()
    return Event(
        ago(minutes=minutes),
        "plan_changed",
        f"statement {one.statement_id} in shop",
        f"{was * 16} -> {now * 16} ({origin})",
    )


def test_the_change_nearest_to_the_begin_is_told_and_not_the_change_back() -> None:
    found = flip((_changed(55, "a", "d"), _changed(5, "d", "a")), shift(since=ago(hours=1)), ())
    assert found is not None
    assert (found.was, found.now) == ("a" * 16, "d" * 16)


def test_what_was_seen_late_goes_before_what_was_over() -> None:
    found = flip((_changed(70, "a", "b"), _changed(45, "b", "c")), shift(since=ago(hours=1)), ())
    assert found is not None
    assert found.now == "c" * 16


def test_a_plan_that_ran_goes_before_the_twins_and_far_ones_are_none() -> None:
    events = (_changed(58, "a", "b"), _changed(20, "a", "c", "auto_explain"), _changed(200, "a", "d", "auto_explain"))
    found = flip(events, shift(since=ago(hours=1)), ())
    assert found is not None
    assert found.now == "c" * 16
    assert flip(events[2:], shift(since=ago(hours=1)), ()) is None
