"""Index builds and vacuums added up from passes over the progress views: pace, length, passes; what cannot be known is not counted."""

from datetime import datetime, timedelta

import pytest

from cases.case import NOW
from tunewright_agent.sources.postgres.progress_tally import BLOCK_BYTES, MOST_JOBS, ProgressTally, Seen
from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import RelationName

TABLE = RelationName("shop", "public", "orders")
SCAN, LOAD, WAIT = (
    "building index: scanning table",
    "building index: loading tuples in tree",
    "waiting for old snapshots",
)
Pass = tuple[int, str, int]


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _build(phase: str, done: int, *, total: int = 1000, began: float = 2, table: RelationName = TABLE) -> Seen:
    return Seen(
        JobKind.INDEX_BUILD, 7, 900, table, "CREATE INDEX", phase, total, done, 0, _at(began), 1000 * BLOCK_BYTES
    )


def _told(*passes: Pass, end: int = 60) -> Job | None:
    """A first pass that sees nothing, one every ten seconds, and one at the end, when the build is gone."""
    tally = ProgressTally(10.0)
    tally.add((), _at(0))
    for seconds, phase, done in passes:
        tally.add((_build(phase, done),), _at(seconds))
    section = tally.add((), _at(end))
    return section.rows[0] if section.rows else None


def test_a_build_from_its_beginning_to_its_end() -> None:
    job = _told((10, SCAN, 200), (20, SCAN, 800), (30, LOAD, 0), end=40)
    assert job is not None
    assert job.runs == 1
    assert job.seconds == pytest.approx(33.0), "from its statement's start to the middle of the last two passes"
    assert job.heap_bytes == 1000 * BLOCK_BYTES
    assert (job.scanned_bytes, job.scanned_seconds) == (600 * BLOCK_BYTES, 10.0)


def test_what_is_gone_while_it_read_the_table_was_cancelled_but_its_pace_was_seen() -> None:
    job = _told((10, SCAN, 200), (20, SCAN, 300), end=30)
    assert job is not None
    assert (job.runs, job.seconds, job.scanned_bytes) == (0, 0.0, 100 * BLOCK_BYTES)


def test_waits_for_other_transactions_are_no_work() -> None:
    job = _told((10, SCAN, 200), (20, WAIT, 0), (30, WAIT, 0), (40, WAIT, 0), end=50)
    assert job is not None
    assert job.seconds == pytest.approx(43.0 - 20.0)


def test_another_method_than_b_tree_is_not_told() -> None:
    assert _told((10, "building index", 200), (20, "building index", 800), end=30) is None


def test_a_build_that_was_under_way_at_the_first_pass_has_no_length() -> None:
    tally = ProgressTally(10.0)
    tally.add((_build(SCAN, 100),), _at(0))
    tally.add((_build(SCAN, 200),), _at(10))
    tally.add((_build(LOAD, 0),), _at(20))
    (job,) = tally.add((), _at(30)).rows
    assert (job.runs, job.scanned_bytes) == (0, 100 * BLOCK_BYTES)


def test_the_second_index_of_one_statement_begins_when_it_is_seen() -> None:
    tally = ProgressTally(10.0)
    tally.add((), _at(0))
    tally.add((), _at(100))
    tally.add((_build(LOAD, 0, began=2),), _at(110))
    (job,) = tally.add((), _at(120)).rows
    assert job.seconds == pytest.approx(10.0)


def _vacuum(passes: int, done: int) -> Seen:
    return Seen(
        JobKind.VACUUM, 8, 0, TABLE, "autovacuum", "scanning heap", 1000, done, passes, _at(0), 1000 * BLOCK_BYTES
    )


def test_passes_of_a_vacuum_over_the_indexes_are_counted_while_it_runs() -> None:
    tally = ProgressTally(10.0)
    seen: list[Progress] = [
        tally.add((_vacuum(passes, 100 * step),), _at(10 * step)) for step, passes in enumerate((0, 1, 2, 4))
    ]
    (job,) = seen[-1].rows
    assert (job.command, job.index_passes, job.repeated_runs) == ("autovacuum", 4, 1)
    assert job.scanned_bytes == 300 * BLOCK_BYTES
    assert seen[0].rows == (), "nothing was counted yet"


def test_tables_are_bounded() -> None:
    tally = ProgressTally(10.0)
    names = [RelationName("shop", "public", f"t{number}") for number in range(MOST_JOBS + 5)]
    for step in range(2):
        rows = tuple(
            Seen(JobKind.VACUUM, number, 0, name, "VACUUM", "scanning heap", 9, step, 0, None, 0)
            for number, name in enumerate(names)
        )
        section = tally.add(rows, _at(10 * step))
    assert len(section.rows) == MOST_JOBS
