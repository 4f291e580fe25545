"""The history survives what happens to daemons: kill -9 while it writes, a full disk, two processes; and holds no literal of SQL.

"Lost" counts intervals that were readable and are missing afterwards, "doubled" those stored twice. Both must be 0.
"""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from sqlalchemy import func, select

import recorder
from reading import SECRET, SHOP, attempt, name_of, reader, run, section, sources
from recorder import CALLS_A_READING, DB1, ROWS, at
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history import schema
from tunewright_agent.history.codec import dump
from tunewright_agent.history.database import DamagedError, unpacked
from tunewright_agent.history.deltas import difference
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.store import History, HistoryError
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.sources.source import SourceError
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements

CLUSTER = ClusterId("shop")
LONG = timedelta(days=3650)
ROUNDS = 30


def stored(path: Path) -> tuple[dict[str, int], int]:
    """(calls by statement, number of the newest reading) of a file, opened as the daemon would."""
    with History(path) as history:
        merged = history.merged(CLUSTER, DB1, at(0) - LONG, at(0) + LONG).get("statements")
        with history.database.reading() as connection:
            newest = connection.execute(
                select(schema.latest.c.taken_at).where(schema.latest.c.section == Statements.name)
            ).scalar()
    calls = {row.key.query_id: row.calls for row in merged.rows} if isinstance(merged, Statements) else {}
    return calls, -1 if newest is None else round((newest - at(0).timestamp()) / 20)


def sound(path: Path) -> None:
    """SQLite's own opinion of the file, by a connection of its own."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- kill -9


@pytest.fixture
def zygote() -> Iterator[subprocess.Popen[str]]:
    """The process that forks a recorder for each line."""
    with subprocess.Popen(
        [sys.executable, recorder.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(120)


def _round(zygote: subprocess.Popen[str], path: Path, first: int, readings: int, seconds: float) -> int:
    """Let a recorder begin at reading `first`, kill it so long after it said that so many more are stored; the last one that it said was.

    By readings, not by the clock alone: on a busy machine too a few hundred are made, and some rolled up, in all rounds together.
    """
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write(f"{path} {first}\n")
    zygote.stdin.flush()
    pid, said = None, -1
    killer: threading.Timer | None = None
    for line in zygote.stdout:
        what, _, number = line.strip().partition(" ")
        if what == "gone":
            break
        if what == "pid":
            pid = int(number)
        else:
            said = int(number)
        if killer is None and pid is not None and said >= first + readings:
            killer = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
            killer.start()
    assert killer is not None
    killer.join()
    return said


@pytest.mark.slow
def test_kill_9_at_random_moments_loses_at_most_the_interval_in_flight_and_doubles_nothing(
    tmp_path: Path, zygote: subprocess.Popen[str]
) -> None:
    path = tmp_path / "history.db"
    chance = random.Random(20261124)  # the same moments in every run, as far as a scheduler allows
    first = 0
    for _ in range(ROUNDS):
        said = _round(zygote, path, first, chance.randrange(40), chance.uniform(0, 0.02))
        sound(path)
        calls, newest = stored(path)
        assert newest in (said, said + 1), "what was said to be stored is stored"
        expected = {f"{row:04d}": newest * CALLS_A_READING for row in range(ROWS)} if newest else {}
        assert calls == expected, "nothing lost, nothing doubled"
        first = newest + 1 + chance.randrange(3)  # the server counts on while nobody looks
    with History(path) as history:
        events = history.events(CLUSTER, at(0) - LONG, at(0) + LONG)
        assert len({one.at for one in events}) == len(events)
        with history.database.reading() as connection:
            resolutions = set(connection.execute(select(schema.deltas.c.resolution).distinct()).scalars())
    assert len(resolutions) > 1, "some were killed while points were rolled up, or after"
    assert list(path.parent.glob("*damaged*")) == []


# --- a full disk


def _fill(history: History, first: int, most: int = 3000) -> tuple[int, HistoryError]:
    """Record until it fails: (the first reading that was not stored, what was said)."""
    for number in range(first, first + most):
        try:
            history.record(CLUSTER, DB1, "server", recorder.reading(number), at(number))
        except HistoryError as error:
            return number, error
    raise AssertionError("it never failed")


def _assert_full(history: History, path: Path, failed: int, error: HistoryError) -> None:
    assert not isinstance(error, DamagedError)
    assert str(path) in str(error)
    assert "free some room" in str(error)
    assert "what was stored stays" in str(error)
    merged = history.merged(CLUSTER, DB1, at(0) - LONG, at(0) + LONG)["statements"]
    assert isinstance(merged, Statements)
    assert merged.rows[0].calls == (failed - 1) * CALLS_A_READING, "what was stored can be read"


def _works_again(history: History, failed: int) -> None:
    number = failed + 5
    history.record(CLUSTER, DB1, "server", recorder.reading(number), at(number))
    merged = history.merged(CLUSTER, DB1, at(0) - LONG, at(0) + LONG)["statements"]
    assert isinstance(merged, Statements)
    assert merged.rows[0].calls == number * CALLS_A_READING, "the interval of the full disk is in the next delta"


def _in_a_child(work: Any) -> None:
    """Run it in a forked process, whose limits are its own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "see the traceback above"


def test_a_limit_on_file_sizes_is_told_and_costs_nothing_stored(tmp_path: Path) -> None:
    """For everybody: the kernel refuses to let a file grow, as a quota does."""
    path = tmp_path / "history.db"

    def work() -> None:
        try:
            with History(path) as history:
                history.record(CLUSTER, DB1, "server", recorder.reading(0), at(0))
                history.database.shrink()
                hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
                failed, error = _fill(history, 1)
                assert failed > 5
                _assert_full(history, path, failed, error)
                again, error = _fill(history, failed)
                assert again == failed
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
                _works_again(history, failed)
        except BaseException:
            traceback.print_exc()
            raise

    _in_a_child(work)
    sound(path)
    assert list(tmp_path.glob("*damaged*")) == []


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 1 MB, unmounted at the end. Skips, and says why, where this account may not mount."""
    if os.getuid() != 0:
        pytest.skip("only root may mount the small file system that is filled here; the limit on file sizes was tested")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this machine does not let root mount: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_costs_nothing_stored_and_is_forgotten_when_there_is_room(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk") as disk:
        path, ballast = disk / "history.db", disk / "ballast"
        ballast.write_bytes(b"x" * 500_000)
        with History(path) as history:
            failed, error = _fill(history, 0)
            assert "the disk is full" in str(error)
            assert failed > 2
            _assert_full(history, path, failed, error)
            again, _ = _fill(history, failed)
            assert again == failed, "it stays full"
            ballast.unlink()
            _works_again(history, failed)
        sound(path)
        assert list(disk.glob("*damaged*")) == []


def _write_forever(file: IO[bytes]) -> None:
    while True:
        file.write(b"x" * 4096)


def test_a_disk_that_is_full_at_start_is_told_and_the_file_is_not_taken_for_damaged(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk") as disk:
        path, ballast = disk / "history.db", disk / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            _write_forever(file)
        with pytest.raises(HistoryError, match="full") as caught, History(path):
            pass
        assert not isinstance(caught.value, DamagedError)
        assert list(disk.glob("*damaged*")) == []
        ballast.unlink()
        with History(path) as history:
            history.record(CLUSTER, DB1, "server", recorder.reading(0), at(0))


# --- two processes


def test_two_processes_on_one_file_double_nothing(tmp_path: Path) -> None:
    """Not advised, but it happens at a careless restart: both watch the same server, and each interval counts once."""
    path = tmp_path / "history.db"
    begin, readings = time.time() + 0.2, 26

    def work(offset: int) -> None:
        with History(path) as history:
            time.sleep(max(0.0, begin - time.time()))
            for number in range(offset, readings, 2):
                history.record(CLUSTER, DB1, "server", recorder.reading(number), at(number))

    with History(path) as history:
        history.record(CLUSTER, DB1, "server", recorder.reading(0), at(0))
    children = []
    for offset in (1, 2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(offset)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    calls, newest = stored(path)
    assert newest in (readings - 1, readings - 2)
    assert set(calls.values()) <= {number * CALLS_A_READING for number in range(readings - 3, readings)}, calls
    with History(path) as history, history.database.reading() as connection:
        spans = connection.execute(
            select(schema.deltas.c.start, schema.deltas.c.end).order_by(schema.deltas.c.start)
        ).all()
    assert spans
    for one, two in pairwise(spans):
        assert one.end <= two.start, "no interval twice"


# --- a real server


def _pass(url: str, history: History, server: str = "one") -> dict[type[Section], Section]:
    """Every source once, recorded; the sections by class."""
    found: dict[type[Section], Section] = {}
    for source in sources():
        collected = attempt(url, source)
        if not isinstance(collected, SourceError):
            found.update({type(one): one for one in collected.sections})
    history.record(CLUSTER, InstanceId("db1"), server, found.values(), datetime.now(UTC))
    return found


def _window(history: History, *sections: Section) -> Window:
    now = datetime.now(UTC)
    latest = Snapshot(CLUSTER, InstanceId("db1"), Engine.POSTGRESQL, 180001, Flavour.SELF_MANAGED, now, sections)
    return history.window(latest, now - timedelta(seconds=2), now)


def _everything(path: Path) -> Iterator[bytes]:
    """Every byte of the file and what lies beside it, and every payload unpacked."""
    for file in path.parent.iterdir():
        yield file.read_bytes()
    with closing(sqlite3.connect(path)) as raw:
        for table in ("deltas", "latest", "plans", "judgements", "recommendations"):
            for (payload,) in raw.execute(f"SELECT payload FROM {table}"):
                yield unpacked(payload)
        for table in ("texts", "events", "ledger", "findings", "meta"):
            for row in raw.execute(f"SELECT * FROM {table}"):
                yield repr(row).encode()


@pytest.mark.slow
def test_no_literal_of_sql_is_in_any_byte_of_the_history(database: str, tmp_path: Path) -> None:
    run(database, SHOP)
    path = tmp_path / "folder" / "history.db"
    with History(path) as history:
        _pass(database, history)
        with psycopg.connect(database, autocommit=True) as session:
            for number in range(20):
                session.execute(
                    f"SELECT '{SECRET}', v FROM \"the Shop\".orders WHERE w = '{SECRET}' AND id = {number}".encode()
                )
            session.execute(f"SELECT '{SECRET}'".encode())
            found = _pass(database, history)
        window = _window(history, *found.values())
        judgement: Judgement = judge(window, Rules(), datetime.now(UTC))
        Ledger(history.database).judged(CLUSTER, "db1", judgement, window)
        with history.database.reading() as connection:
            texts = connection.execute(select(schema.texts.c.text)).scalars().all()
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar()
                for table in (schema.deltas, schema.latest, schema.judgements)
            }
        parts = list(_everything(path))
    assert any("orders" in one for one in texts), "the statement itself is there, without its literals"
    assert all(counts.values()), counts
    assert SECRET not in dump(Judgement, judgement).decode()
    for part in parts:
        at_byte = part.find(SECRET.encode())
        assert at_byte < 0, part[max(0, at_byte - 200) : at_byte + 60]


def test_a_reset_of_the_servers_statistics_gives_no_negative_and_no_giant_delta(database: str, tmp_path: Path) -> None:
    run(database, SHOP)
    with History(tmp_path / "history.db") as history:
        with psycopg.connect(database, autocommit=True) as session:
            for _ in range(50):
                session.execute('SELECT count(*) FROM "the Shop".orders')
        _settled(database)
        _pass(database, history)
        run(database, "SELECT pg_stat_statements_reset(), pg_stat_reset()")
        with psycopg.connect(database, autocommit=True) as session:
            for _ in range(3):
                session.execute('SELECT count(*) FROM "the Shop".orders')
        _settled(database)
        _pass(database, history)
        now = datetime.now(UTC)
        merged = history.merged(CLUSTER, InstanceId("db1"), now - timedelta(hours=1), now)
        texts = {row.id: history.text(row.id) for row in merged["statements"].rows}  # type: ignore[attr-defined]
    statements, tables, databases = merged["statements"], merged["tables"], merged["databases"]
    assert isinstance(statements, Statements)
    assert isinstance(tables, Tables)
    assert isinstance(databases, Databases)
    assert statements.coverage.was_reset
    mine = [
        row
        for row in statements.rows
        if "the Shop" in (texts[row.id] or "") and not row.own and row.key.database == name_of(database)
    ]
    assert [row.calls for row in mine] == [3]
    scans = {row.name.name: row.sequential_scans for row in tables.rows if row.name.database == name_of(database)}
    assert 0 <= scans.get("orders", 0) <= 4
    for one in (*statements.rows, *databases.rows):
        numbers = [
            getattr(one, name)
            for name in one.__dataclass_fields__
            if name in ("calls", "exec_seconds", "commits", "blocks_hit")
        ]
        assert all(number >= 0 for number in numbers)


def _settled(url: str) -> None:
    """Statistics of sessions that ended are there at once; of releases before 15 within half a second."""
    run(url, "SELECT pg_stat_clear_snapshot()")


@pytest.mark.slow
def test_what_a_dropped_database_ran_is_not_run_again(postgres: EmbeddedServer, database: str) -> None:
    run(database, "CREATE EXTENSION pg_stat_statements", "CREATE DATABASE doomed")
    with psycopg.connect(postgres.url("doomed"), autocommit=True) as session:
        for _ in range(200):
            session.execute("SELECT 1 AS doomed")
    statements = next(one for one in sources() if one.name == "statements")
    with reader(database) as made:

        def read() -> Statements:
            with made.within(20):
                return section(statements.collect(made, datetime.now(UTC)), Statements)

        before = read()
        run(database, "DROP DATABASE doomed WITH (FORCE)")
        after = read()
    assert any(row.key.database == "(dropped)" for row in after.rows), "the server still has them, without a name"
    delta = difference(before, after)
    assert isinstance(delta, Statements)
    assert max(row.calls for row in delta.rows) < 200
