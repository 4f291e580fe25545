"""Durations before a DDL statement: by what was seen on this server, and else by assumptions that are told to be such."""

import pytest

from tunewright_analyzers.ddl.preflight import Target, preflight
from tunewright_analyzers.ddl.rates import ASSUMED, LEAST_SECONDS, SLACK, Rates, measured
from tunewright_analyzers.facts.progress import Job, JobKind
from tunewright_analyzers.facts.relations import RelationName

GB = 1_000_000_000
TABLE = RelationName("shop", "public", "orders")
TARGETS = {(None, "orders"): Target("public", "orders", 10 * GB, 0, 2 * GB, 1e8)}


def _build(command: str = "CREATE INDEX", **counted: float) -> Job:
    given: dict[str, float] = {"runs": 2, "seconds": 100.0, "heap_bytes": 4 * GB}
    return Job(JobKind.INDEX_BUILD, TABLE, command, **(given | counted))  # type: ignore[arg-type]


def _seconds(statement: str, rates: Rates) -> tuple[float, float, str]:
    (told,) = preflight(statement, TARGETS, rates).told
    assert told.estimate is not None
    return told.estimate.least, told.estimate.most, told.estimate.basis


CREATE, CONCURRENTLY = "CREATE INDEX ON orders (a)", "CREATE INDEX CONCURRENTLY ON orders (a)"


def test_nothing_seen_is_assumed_and_told() -> None:
    for statement in (CREATE, CONCURRENTLY, "VACUUM orders", "VACUUM FULL orders"):
        assert _seconds(statement, measured(()))[2] == ASSUMED


def test_a_build_takes_as_long_by_the_heap_as_those_that_were_seen() -> None:
    least, most, basis = _seconds(CREATE, measured((_build(),)))
    assert least == pytest.approx(250 / SLACK)
    assert most == pytest.approx(250 * SLACK)
    assert basis == "measured on this server: 2 index builds, 4.0 GB"


def test_the_span_goes_from_the_slowest_to_the_fastest() -> None:
    least, most, _ = _seconds(CREATE, measured((_build(), _build("REINDEX", seconds=400.0))))
    assert (least, most) == (pytest.approx(250 / SLACK), pytest.approx(1000 * SLACK))


def test_a_concurrent_build_goes_twice_over_the_table_where_only_plain_ones_were_seen() -> None:
    assert _seconds(CONCURRENTLY, measured((_build(),)))[0] == pytest.approx(500 / SLACK)
    both = measured((_build(), _build("CREATE INDEX CONCURRENTLY", seconds=300.0)))
    least, _, basis = _seconds(CONCURRENTLY, both)
    assert least == pytest.approx(750 / SLACK)
    assert "concurrent" in basis


def test_a_scan_is_timed_by_tables_that_were_read_and_never_by_a_throttled_vacuum() -> None:
    read = _build(scanned_bytes=2 * GB, scanned_seconds=20.0)
    least, most, basis = _seconds("ALTER TABLE orders VALIDATE CONSTRAINT c", measured((read,)))
    assert (least, most) == (pytest.approx(100 / SLACK), pytest.approx(100 * SLACK))
    assert basis.startswith("measured")
    throttled = Job(JobKind.VACUUM, TABLE, "autovacuum", scanned_bytes=GB, scanned_seconds=500.0)
    assert measured((throttled,)) == Rates()
    by_hand = Job(JobKind.VACUUM, TABLE, "VACUUM", scanned_bytes=GB, scanned_seconds=50.0)
    assert measured((by_hand,)).read.basis.startswith("measured")


def test_a_rewrite_says_that_a_part_of_it_is_assumed() -> None:
    read = _build(scanned_bytes=2 * GB, scanned_seconds=20.0)
    basis = _seconds("VACUUM FULL orders", measured((read,)))[2]
    assert "measured" in basis
    assert ASSUMED in basis


def test_what_was_seen_for_an_instant_is_no_measurement() -> None:
    assert measured((_build(seconds=LEAST_SECONDS - 1),)) == Rates()
    assert measured((_build(seconds=LEAST_SECONDS),)).plain is not None
