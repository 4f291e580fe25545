"""Source `progress` against real servers: a build that waits for others is seen and timed, passes of a vacuum are counted, a stranger is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic, sleep

import psycopg
import pytest

from reading import as_role, collect, name_of, reader, run, section, source_of, value
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Source
from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import RelationName

pytestmark = pytest.mark.live
PATIENCE_SECONDS = 120.0


@contextmanager
def _beside(url: str, statement: str, *before: str) -> Iterator[threading.Thread]:
    """The statement in a session and a thread of its own; it has ended when the block has."""

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for one in (*before, statement):
                connection.execute(one.encode())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def _passed(source: Source[Reader], made: Reader) -> tuple[Job, ...]:
    return section(source.collect(made, datetime.now(UTC)), Progress).rows


def _until_phase(url: str, phase: str) -> None:
    until = monotonic() + PATIENCE_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while monotonic() < until:
            row = connection.execute("SELECT phase FROM pg_stat_progress_create_index").fetchone()
            if row is not None and row[0] == phase:
                return
            sleep(0.02)
    raise AssertionError(f"the build did not come to {phase}")


def test_a_build_is_seen_from_its_beginning_to_its_end(database: str) -> None:
    run(database, "CREATE TABLE orders AS SELECT g AS id FROM generate_series(1, 2000) g", "ANALYZE orders")
    source = source_of("progress")
    with reader(database) as made, psycopg.connect(database) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("SELECT count(*) FROM pg_class")
        assert _passed(source, made) == ()
        with _beside(database, "CREATE INDEX CONCURRENTLY orders_id ON orders (id)"):
            _until_phase(database, "waiting for old snapshots")
            assert _passed(source, made) == (), "it is under way"
            old.rollback()
        (job,) = _passed(source, made)
    assert (job.kind, job.command, job.runs) == (JobKind.INDEX_BUILD, "CREATE INDEX CONCURRENTLY", 1)
    assert job.table == RelationName(name_of(database), "public", "orders")
    assert 0 < job.seconds < PATIENCE_SECONDS
    assert job.heap_bytes >= 2000 * 28


def test_a_vacuum_that_goes_through_the_indexes_again_is_counted(database: str) -> None:
    """With a megabyte for dead rows (15: 6 bytes each; 18: compressed, so 64 kB), and slowly, so that passes see it."""
    run(
        database,
        "CREATE TABLE carts (id int PRIMARY KEY) WITH (autovacuum_enabled = off)",
        "INSERT INTO carts SELECT g FROM generate_series(1, 400000) g",
        "DELETE FROM carts",
    )
    source, found = source_of("progress"), ()
    least = value(database, "SELECT min_val FROM pg_settings WHERE name = 'maintenance_work_mem'")
    settings = (
        f"SET maintenance_work_mem = '{least}kB'",
        "SET vacuum_cost_delay = 1",
        "SET vacuum_cost_limit = 100",
    )
    with reader(database) as made, _beside(database, "VACUUM carts", *settings) as vacuum:
        while vacuum.is_alive():
            found = _passed(source, made) or found
            sleep(0.02)
    (job,) = found
    assert (job.kind, job.command) == (JobKind.VACUUM, "VACUUM")
    assert job.index_passes >= 2
    assert job.repeated_runs == 1


def test_what_others_do_is_hidden_from_a_stranger_and_the_gap_says_which_grant_shows_it(
    postgres: EmbeddedServer, database: str
) -> None:
    run(database, "CREATE TABLE orders (id int)")
    with psycopg.connect(database) as writer:
        writer.execute("INSERT INTO orders VALUES (1)")
        with _beside(database, "CREATE INDEX CONCURRENTLY orders_id ON orders (id)"):
            _until_phase(database, "waiting for writers before build")
            with as_role("stranger", postgres, database) as url:
                told = collect(url, source_of("progress"))
            with as_role("granted", postgres, database) as url:
                assert collect(url, source_of("progress")).gaps == ()
            writer.rollback()
    (gap,) = told.gaps
    assert "1 builds or vacuums of other users" in gap.reason
    assert gap.mend is not None
    assert gap.mend.startswith("GRANT pg_read_all_stats TO")
