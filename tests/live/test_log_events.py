"""The source log_events on the logs of running servers: the same counts from all three forms, nothing of a literal, nothing twice."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import servers
from cases.case import Case
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.log_events import LogReading
from tunewright_agent.sources.postgres.log_transport import FileTransport
from tunewright_agent.sources.postgres.session import Reader
from tunewright_analyzers.check import discover, run
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import NotJudged

SECRET = "s3cr3t"
PATIENCE_SECONDS = 120.0
SETTINGS = {
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_filename": "server.log",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_lock_waits": "on",
    "deadlock_timeout": "50ms",
    "log_temp_files": "0",
    "log_autovacuum_min_duration": "0",
    "log_checkpoints": "on",
    "autovacuum_naptime": "1s",
}
FORMS = ("server.log", "server.csv", "server.json")


@dataclass(frozen=True, slots=True)
class Logged:
    url: str
    folder: Path
    server: EmbeddedServer


def _try(url: str, *statements: str) -> None:
    with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _told(log: Path, said: str) -> bool:
    """Whether the log has these words, however its form writes quotes."""
    return said in log.read_text().replace("\\", "").replace('""', '"')


def _deadlock(url: str, log: Path) -> None:
    with psycopg.connect(url) as one, psycopg.connect(url) as two:
        one.execute(f"UPDATE t SET b = '{SECRET}' WHERE a = 1")
        two.execute(f"UPDATE t SET b = '{SECRET}' WHERE a = 2")

        def cross(connection: psycopg.Connection, key: int) -> None:
            with contextlib.suppress(psycopg.errors.DeadlockDetected):
                connection.execute(f"UPDATE t SET b = '{SECRET}'\nWHERE a = {key}")

        threads = [threading.Thread(target=cross, args=pair) for pair in ((one, 2), (two, 1))]
        threads[0].start()
        _until(
            lambda: _told(log, "still waiting for")
        )  # the first one's wait is logged before the second closes the circle
        threads[1].start()
        for thread in threads:
            thread.join()


def _trouble(url: str, log: Path) -> None:
    _try(
        url,
        "CREATE TABLE t (a int PRIMARY KEY, b text)",
        "INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 20000) g",
        "UPDATE t SET b = 'x'",
        "SET work_mem = '64kB'",
        "SELECT count(*) FROM (SELECT * FROM t ORDER BY b) x",
        "CHECKPOINT",
        "SET statement_timeout = 50",
        "SELECT pg_sleep(1)",
    )
    _try(url, f"INSERT INTO t VALUES (1, '{SECRET}')")
    _try(url, f"DO $$BEGIN RAISE 'deadlock detected {SECRET}'; END$$")
    _try(url, "DO $$BEGIN RAISE LOG 'checkpoint starting: time'; END$$")
    _deadlock(url, log)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def logged(request: pytest.FixtureRequest) -> Iterator[Logged]:
    """A server that writes all three forms, after some trouble; its autovacuum has looked at the table."""
    if not servers.available(request.param):
        pytest.skip(f"PostgreSQL {request.param} is not on this machine")
    with servers.postgres(request.param, SETTINGS) as server:
        url, folder = server.url(), server.data / "log"
        _trouble(url, folder / "server.json")
        for form in FORMS:
            _until(lambda form=form: _told(folder / form, 'vacuum of table "postgres.public.t"'))  # type: ignore[misc]
        yield Logged(url, folder, server)


def _read(logged: Logged, form: str, passes: int = 2) -> LogEvents:
    reading, reader = LogReading(FileTransport(logged.folder / form)), Reader(logged.url)
    try:
        for _ in range(passes):
            collected = reading.collect(reader, datetime.now(UTC))
    finally:
        reader.close()
    (section,) = collected.sections
    assert isinstance(section, LogEvents)
    assert collected.gaps == ()
    return section


def _counts(section: LogEvents) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in section.rows:
        found[(row.category, row.kind)] = found.get((row.category, row.kind), 0) + row.count
    return found


@pytest.mark.live
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_what_happened(logged: Logged, form: str) -> None:
    section = _read(logged, form)
    counts = _counts(section)
    assert counts[("lock", "deadlock")] == 1, "the exception that a user raised is none"
    assert counts[("cancelled", "statement_timeout")] == 1
    assert counts[("temp_file", "written")] >= 1
    assert counts[("checkpoint", "requested")] == 1
    assert ("checkpoint", "timed") not in counts, "a user's RAISE LOG is not the checkpointer's word"
    assert counts[("lock", "acquired")] == 1
    assert counts[("server", "started")] == 1
    assert counts[("autovacuum", "vacuum")] >= 1
    (files,) = section.of("temp_file")
    assert files.bytes > 100_000
    assert section.damaged == 0
    if form != "server.log":  # the prefix has no %e
        assert counts[("error", "constraint")] == 1
        assert counts[("error", "raised")] == 1


@pytest.mark.live
@pytest.mark.parametrize("form", FORMS)
def test_particulars_are_read_and_no_literal_leaves(logged: Logged, form: str) -> None:
    section = _read(logged, form)
    (found,) = section.deadlocks
    assert {one.statement for one in found.waiters} == {"UPDATE t SET b = ? WHERE a = ?"}
    assert len({one.statement_id for one in found.waiters}) == 1
    waits = [one for one in section.lock_waits if one.ended]
    assert [one.waiter.statement for one in waits] == ["UPDATE t SET b = ? WHERE a = ?"]
    run = next(one for one in section.vacuums if one.table == "t")
    assert (run.database, run.schema) == ("postgres", "public")
    assert run.removed_rows > 0
    assert (run.blocks_hit or 0) + (run.blocks_read or 0) > 0
    assert (run.blocks_dirtied or 0) > 0, "whichever words the release has for it"
    (row,) = section.of("lock", "deadlock")
    assert row.subject == found.statements == found.waiters[0].statement_id
    (done,) = section.checkpoints
    assert done.distance_bytes > 0
    assert SECRET not in repr(section)


@pytest.mark.live
def test_a_later_pass_counts_only_what_is_new_and_a_restart_nothing_twice(logged: Logged) -> None:
    path = logged.folder / "server.json"
    reader = Reader(logged.url)
    reading = LogReading(FileTransport(path))
    first = reading.collect(reader, datetime.now(UTC)).sections[0]
    again = reading.collect(reader, datetime.now(UTC)).sections[0]
    assert isinstance(first, LogEvents)
    assert isinstance(again, LogEvents)
    failed = ("error", "data")
    assert _counts(again).get(failed) == _counts(first).get(failed)
    restarted = LogReading(FileTransport(path), lambda: again.read_to)
    _try(logged.url, "SELECT 1 / 0")
    until, after = time.monotonic() + PATIENCE_SECONDS, again
    while time.monotonic() < until and _counts(after).get(failed) == _counts(again).get(failed):
        after = reading.collect(reader, datetime.now(UTC)).sections[0]  # type: ignore[assignment]
    assert _counts(after)[failed] == _counts(again).get(failed, 0) + 1
    anew = restarted.collect(reader, datetime.now(UTC)).sections[0]
    assert isinstance(anew, LogEvents)
    assert _counts(anew)[failed] == 1
    assert ("lock", "deadlock") not in _counts(anew)
    reader.close()


@pytest.mark.live
def test_a_log_is_read_while_its_server_is_away(logged: Logged) -> None:
    away = Reader("postgresql://nobody@127.0.0.1:1/none")
    collected = LogReading(FileTransport(logged.folder / "server.csv")).collect(away, datetime.now(UTC))
    assert isinstance(collected.sections[0], LogEvents)


def test_where_the_log_is_was_not_said_the_checks_say_what_to_set() -> None:
    verdicts = run(next(one for one in discover() if one.id == "logs/deadlocks"), Case("", "gap").window())
    assert [isinstance(one, NotJudged) and "set log_file" in one.because for one in verdicts] == [True]
