"""Charts and quantities: sane for nothing, for one value, for huge values, and for what is not a number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import states
from cases.case import DAY, NOW
from pages import Page
from tunewright_agent.reports.charts import MOST_ROWS, before_after, colour_of, load_rows, load_segments
from tunewright_agent.reports.quantities import bytes_text, change, quantity, seconds_text
from tunewright_agent.reports.render import render_report
from tunewright_agent.reports.shapes import Measured, MeasuredStatement
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, SessionLoad

NAN, INF = math.nan, math.inf
numbers = st.floats(allow_nan=True, allow_infinity=True)


def measured(*pairs: tuple[float, float]) -> Measured:
    rows = tuple(MeasuredStatement(StatementId(f"{n}"), None, before, after) for n, (before, after) in enumerate(pairs))
    return Measured(sum(one for one, _ in pairs), sum(one for _, one in pairs), rows)


def load(*waits: tuple[str, str, int], samples: int = 10) -> ActiveSessions:
    return ActiveSessions(DAY, samples, 1.0, tuple(SessionLoad("d", "u", None, *wait) for wait in waits))


def test_all_bars_share_one_scale() -> None:
    bars = before_after(measured((10, 5), (2, 8)))
    assert [(one.before_length, one.after_length) for one in bars] == [(100, 50), (20, 80)]


def test_what_is_not_zero_is_seen_and_what_is_zero_is_not() -> None:
    (bar, *_) = before_after(measured((1e9, 0.001)))
    assert (bar.before_length, bar.after_length) == (100, 0.4)
    assert [(one.before_length, one.after_length) for one in before_after(measured((0, 0)))] == [(0, 0)]
    assert before_after(measured()) == ()


def test_the_largest_gain_comes_first_and_what_is_not_a_number_last() -> None:
    bars = before_after(measured((NAN, 1), (2, 1), (INF, INF), (9, 1), (1, 9)))
    assert [one.id for one in bars] == ["3", "1", "4", "0", "2"]
    assert all(math.isfinite(one.before_length) for one in bars)
    assert bars[0].before_length == 100, "a number that is none does not flatten the others"


def test_rows_are_bounded() -> None:
    assert len(before_after(measured(*((n, 0) for n in range(200))))) == MOST_ROWS
    assert len(load_rows(load(*(("IO", f"e{n}", n) for n in range(200))))) == MOST_ROWS


@given(st.lists(st.tuples(numbers, numbers), max_size=6))
def test_every_length_is_within_the_frame(pairs: list[tuple[float, float]]) -> None:
    for one in before_after(measured(*pairs)):
        assert 0 <= one.before_length <= 100
        assert 0 <= one.after_length <= 100


@pytest.mark.parametrize("pair", [(0.0, 0.0), (NAN, NAN), (INF, 1.0), (1e300, 1e-300), (-1.0, 5.0)])
def test_a_report_of_strange_measurements_is_still_a_page(pair: tuple[float, float]) -> None:
    page = Page(render_report("x", states.healthy(), measured(pair), NOW))
    for attributes in page.all("rect"):
        assert 0 <= float(attributes["width"]) <= 100
    assert "nan" not in page.text.split()


def test_segments_are_stacked_in_a_fixed_order() -> None:
    segments = load_segments(
        load(("Timeout", "PgSleep", 1), ("IO", "DataFileRead", 2), ("CPU", "CPU", 5), ("IO", "WALWrite", 2))
    )
    assert [(one.kind, one.start, one.width, one.sessions) for one in segments] == [
        ("CPU", 0, 50, 0.5),
        ("IO", 50, 40, 0.4),
        ("Timeout", 90, 10, 0.1),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["CPU", "IO", "Lock", "Odd"]), st.text(max_size=3), st.integers(0, 10**12)),
        max_size=9,
    )
)
def test_segments_fill_the_bar_and_no_more(waits: list[tuple[str, str, int]]) -> None:
    segments = load_segments(load(*waits))
    whole = sum(one.width for one in segments)
    assert whole == pytest.approx(100 if any(count for *_, count in waits) else 0, abs=0.05)
    assert all(one.start + one.width <= 100.02 for one in segments)


def test_a_load_without_a_sample_is_no_division_by_zero() -> None:
    assert load_segments(load(samples=0)) == load_rows(load(samples=0)) == ()
    assert [one.share for one in load_rows(load(("CPU", "CPU", 0), samples=0))] == [0]


def test_an_unknown_wait_has_a_colour_that_the_sheet_knows() -> None:
    assert colour_of("Lock") == "wait-lock"
    assert colour_of('"><script>') == "wait-other"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "seconds", "0 s"),
        (0.00012, "seconds", "120 µs"),
        (0.0035, "seconds", "3.5 ms"),
        (681.0, "seconds", "11 min 21 s"),
        (7500, "seconds", "2 h 5 min"),
        (-7500, "seconds", "-2 h 5 min"),
        (273_600, "seconds", "3 d 4 h"),
        (1e12, "seconds", "11,574,074 d"),
        (1e300, "seconds", "1.16e+295 d"),
        (0, "bytes", "0 B"),
        (1536, "bytes", "1.5 kB"),
        (-1536, "bytes", "-1.5 kB"),
        (2**80, "bytes", "1,073,741,824 PB"),
        (0.379, "ratio", "37.9 %"),
        (4980, "rows", "4,980 rows"),
        (5432, "", "5432"),
        (1e-12, "cost", "1e-12 cost"),
        (1e20, "cost", "1e+20 cost"),
        (True, "", "yes"),
        ("off", "", "off"),
        (NAN, "seconds", "not a number"),
        (INF, "bytes", "infinite"),
        (-INF, "rows", "-infinite"),
        (10**400, "", str(10**400)),
    ],
    ids=str,
)
def test_quantities_as_people_read_them(value: float | int | str | bool, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (10, 2, "5x faster"),
        (2, 10, "5x slower"),
        (10, 8, "20 % less time"),
        (10, 12, "20 % more time"),
        (10, 10.1, "unchanged"),
        (10, 0, "no longer seen"),
        (0, 10, "not comparable"),
        (NAN, 1, "not comparable"),
        (1, NAN, "not comparable"),
        (INF, INF, "not comparable"),
        (1e300, 1e-300, "over 1,000,000x faster"),
    ],
)
def test_changes_as_people_read_them(before: float, after: float, text: str) -> None:
    assert change(before, after) == text


@given(numbers)
def test_no_number_is_too_strange_to_be_shown(value: float) -> None:
    for text in (seconds_text(value), bytes_text(value), quantity(value, "ratio"), quantity(value, "rows")):
        assert 0 < len(text) < 40
        assert "nan" not in text
