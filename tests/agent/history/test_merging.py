"""Merging stored points as JSON gives what merging them as sections gives; what cannot be read costs itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import facts
from cases.case import NOW
from tunewright_agent.history.codec import dump_section
from tunewright_agent.history.database import packed
from tunewright_agent.history.deltas import merge
from tunewright_agent.history.merging import merged
from tunewright_agent.history.points import read_point
from tunewright_analyzers.facts.snapshot import Period, Section
from tunewright_analyzers.facts.statements import Coverage, Statements

pytestmark = pytest.mark.slow  # some seconds together
COUNT = st.integers(0, 10**12)
SECONDS = st.floats(0, 1e6, allow_nan=False)
NAMES = st.sampled_from("abcde")


def period(number: int) -> Period:
    """One minute after another."""
    start = NOW + timedelta(minutes=number, microseconds=number * 137)
    return Period(start, NOW + timedelta(minutes=number + 1, microseconds=number * 151))


STATEMENTS = st.tuples(
    st.dictionaries(NAMES, st.tuples(COUNT, SECONDS, COUNT, st.booleans()), max_size=5), COUNT, st.booleans()
)
RELATIONS = st.dictionaries(NAMES, st.tuples(COUNT, COUNT, COUNT), max_size=5)


def statements(number: int, drawn: tuple[dict[str, tuple[int, float, int, bool]], int, bool]) -> Statements:
    """One point of statements."""
    rows, evicted, was_reset = drawn
    made = tuple(
        facts.statement(name, calls=calls, exec_seconds=seconds, wal_bytes=wal, own=own, text=None)
        for name, (calls, seconds, wal, own) in rows.items()
    )
    return Statements(period(number), made, Coverage(len(made), 5000, evicted, None, was_reset=was_reset))


def same(points: list[Section]) -> None:
    """Both ways."""
    payloads = [packed(dump_section(one)) for one in points]
    readable = [one for one in (read_point(points[0].name, payload) for payload in payloads) if one is not None]
    assert merged(points[0].name, payloads) == merge(readable)


@settings(deadline=None, max_examples=60)
@given(st.lists(STATEMENTS, min_size=1, max_size=6))
def test_statements(drawn: list[tuple[dict[str, tuple[int, float, int, bool]], int, bool]]) -> None:
    same([statements(number, one) for number, one in enumerate(drawn)])


@settings(deadline=None, max_examples=60)
@given(st.lists(RELATIONS, min_size=1, max_size=6))
def test_tables_and_indexes(drawn: list[dict[str, tuple[int, int, int]]]) -> None:
    tables, indexes = list[Section](), list[Section]()
    for number, rows in enumerate(drawn):
        of_tables = (
            facts.table(name, sequential_scans=scans, heap_blocks_read=blocks, size_bytes=size)
            for name, (scans, blocks, size) in rows.items()
        )
        tables.append(replace(facts.tables(*of_tables), period=period(number)))
        of_indexes = (facts.index(name, scans=scans, blocks_read=blocks) for name, (scans, blocks, _) in rows.items())
        indexes.append(facts.indexes(*of_indexes, period=period(number)))
    same(tables)
    same(indexes)


@pytest.mark.parametrize("broken", [b"not zlib", packed(b'{"rows": 5}'), packed(b"[]"), packed(b"{")])
def test_a_point_that_cannot_be_read_costs_itself(broken: bytes) -> None:
    one, two = (statements(number, ({"a": (5, 1.0, 0, False)}, 0, False)) for number in (0, 2))
    payloads = [packed(dump_section(one)), broken, packed(dump_section(two))]
    found = merged("statements", payloads)
    assert isinstance(found, Statements)
    assert [row.calls for row in found.rows] == [10]
    assert merged("statements", [broken, broken]) is None


def test_other_sections_are_merged_as_what_they_are() -> None:
    points = [facts.load(facts.busy(30), samples=60, period=period(number)) for number in range(3)]
    same(list(points))
