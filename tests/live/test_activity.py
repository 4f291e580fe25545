"""Sources `activity` and `locks` against sessions that work, wait, block and idle."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from reading import collect, name_of, reader, run, section, source_of, value
from tunewright_agent.sources.postgres import activity, locks
from tunewright_analyzers.facts.sessions import ActiveSessions, Locks, Session, Sessions
from tunewright_analyzers.facts.transactions import ChattyTransactions
from tunewright_analyzers.sql.fingerprint import fingerprint

_DEADLINE_SECONDS = 120.0


def _until(true: Callable[[], object]) -> None:
    end = time.monotonic() + _DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < end, "the server did not come into the state that the test needs"
        time.sleep(0.02)


@contextmanager
def _running(url: str, *texts: str) -> Iterator[int]:
    """A session that runs the texts in one transaction in a thread of its own; its pid. Cancelled at the end."""
    with psycopg.connect(url, application_name="the test") as connection:
        pid = connection.info.backend_pid

        def work() -> None:
            try:
                for text in texts:
                    connection.execute(text.encode())
            except psycopg.errors.QueryCanceled:
                return

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield pid
        finally:
            while thread.is_alive():
                run(url, f"SELECT pg_cancel_backend({pid})")
                thread.join(0.2)
            connection.rollback()


def _waits(url: str, pid: int, event: str) -> Callable[[], object]:
    return lambda: value(
        url, f"SELECT wait_event IS NOT DISTINCT FROM '{event}' FROM pg_stat_activity WHERE pid = {pid}"
    )


def _by_pid(sessions: Sessions) -> dict[int, Session]:
    return {session.pid: session for session in sessions.rows}


@contextmanager
def _chain(url: str) -> Iterator[tuple[int, int, int]]:
    """head holds a row and idles; middle waits for it and holds another; tail waits for middle. Their pids."""
    run(url, "CREATE TABLE t (i int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 0), (2, 0)")
    with psycopg.connect(url) as holder:
        holder.execute("UPDATE t SET v = 1 WHERE i = 1")
        head = holder.info.backend_pid
        second = "UPDATE t SET v = 2 WHERE i = 1"
        with _running(url, "UPDATE t SET v = 2 WHERE i = 2", second) as middle:
            _until(_waits(url, middle, "transactionid"))
            with _running(url, "UPDATE t SET v = 3 WHERE i = 2") as tail:
                _until(_waits(url, tail, "transactionid"))
                yield head, middle, tail
                run(url, f"SELECT pg_cancel_backend({tail})")
        holder.rollback()


def test_a_chain_of_blocked_sessions(database: str) -> None:
    with _chain(database) as (head, middle, tail):
        collected = collect(database, activity.source())
    found = _by_pid(section(collected, Sessions))
    assert (found[head].state, found[head].blocked_by) == ("idle in transaction", ())
    assert (found[middle].state, found[middle].blocked_by) == ("active", (head,))
    assert (found[tail].wait_type, found[tail].wait_event, found[tail].blocked_by) == (
        "Lock",
        "transactionid",
        (middle,),
    )
    assert found[tail].statement == "UPDATE t SET v = ? WHERE i = ?"
    assert found[tail].statement_id == fingerprint("UPDATE t SET v = 9 WHERE i = 9")
    assert found[middle].xid_age is not None
    blocked = section(collected, ActiveSessions).blocked
    assert {(row.root_pid, row.root_state, row.database) for row in blocked} == {
        (head, "idle in transaction", name_of(database))
    }
    assert max(row.depth for row in blocked) == 2


def test_locks_waited_for_and_held(database: str) -> None:
    with _chain(database) as (_, middle, tail), psycopg.connect(database) as exclusive:
        exclusive.execute("CREATE TABLE strong (i int)")
        exclusive.commit()
        exclusive.execute("LOCK TABLE strong IN ACCESS EXCLUSIVE MODE")
        holder = exclusive.info.backend_pid
        with _running(database, "SELECT * FROM strong") as waiter:
            _until(_waits(database, waiter, "relation"))
            collected = collect(database, locks.source())
    rows = section(collected, Locks).rows
    waiting = {row.pid: row for row in rows if not row.granted}
    assert set(waiting) >= {middle, tail, waiter}
    assert waiting[tail].lock_type == "transactionid"
    assert (waiting[waiter].relation, waiting[waiter].mode) == ("public.strong", "AccessShareLock")
    assert waiting[waiter].waiting_since is not None
    assert waiting[waiter].database == name_of(database)
    held = [row for row in rows if row.granted and row.pid == holder and row.relation == "public.strong"]
    assert [row.mode for row in held] == ["AccessExclusiveLock"]


def test_a_session_at_work_waiting_and_idle(database: str) -> None:
    with (
        psycopg.connect(database) as idle,
        psycopg.connect(database) as failed,
        _running(database, "SELECT pg_sleep(600), 'word'") as sleeper,
    ):
        idle.execute("SELECT txid_current()")
        with pytest.raises(psycopg.Error):
            failed.execute("SELECT 1 / 0")
        _until(_waits(database, sleeper, "PgSleep"))
        found = _by_pid(section(collect(database, activity.source()), Sessions))
        pids = idle.info.backend_pid, failed.info.backend_pid
    asleep = found[sleeper]
    assert (asleep.state, asleep.wait_type, asleep.wait_event) == ("active", "Timeout", "PgSleep")
    assert (asleep.statement, asleep.application, asleep.own) == ("SELECT pg_sleep(?), ?", "the test", False)
    assert (asleep.database, asleep.user) == (name_of(database), "postgres")
    assert found[pids[0]].state == "idle in transaction"
    assert found[pids[0]].transaction_start is not None
    assert found[pids[1]].state == "idle in transaction (aborted)"


def test_load_is_added_up_by_wait(database: str) -> None:
    source, start = activity.source(), datetime(2026, 1, 1, tzinfo=UTC)
    with _running(database, "SELECT pg_sleep(600)") as sleeper, reader(database) as made:
        _until(_waits(database, sleeper, "PgSleep"))
        for second in range(10):
            collected = source.collect(made, start + timedelta(seconds=second))
        running = section(collected, ActiveSessions)
        finished = section(source.collect(made, start + timedelta(seconds=61)), ActiveSessions)
    mine = [row for row in running.rows if row.database == name_of(database)]
    assert [(row.wait_type, row.wait_event, row.samples) for row in mine] == [("Timeout", "PgSleep", 10)]
    assert mine[0].statement_id == fingerprint("SELECT pg_sleep(1)")
    assert (running.samples, running.interval_seconds) == (10, 1.0)
    assert running.average >= 1
    assert finished.period.seconds == 60


def test_our_own_sessions_are_no_load(database: str) -> None:
    with reader(database) as made, made.session(), made.session():
        collected = activity.source().collect(made, datetime.now(UTC))
    own = [row for row in section(collected, Sessions).rows if row.database == name_of(database)]
    assert own
    assert all(row.own for row in own)
    assert not [row for row in section(collected, ActiveSessions).rows if row.database == name_of(database)]


def test_a_text_that_the_server_cut_off_has_no_identity(database: str) -> None:
    long = "SELECT " + ", ".join(f"{number} AS column_{number}" for number in range(200))
    with psycopg.connect(database) as connection:
        connection.execute(long.encode())
        found = _by_pid(section(collect(database, activity.source()), Sessions))[connection.info.backend_pid]
        with reader(database) as made:
            assert fingerprint(long) not in activity.samples(made)
    assert found.statement is not None
    assert found.statement.startswith("SELECT ? AS column_0")
    assert found.statement_id is None


def test_samples_give_whole_texts_with_their_database(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("SELECT 42 + 1")
        with reader(database) as made:
            found = activity.samples(made)
    assert found[fingerprint("SELECT 1 + 1")] == (name_of(database), "SELECT 42 + 1")


def test_prepared_transactions_are_seen(database: str) -> None:
    gid = f"gid of {name_of(database)}"
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE t (i int)")
        connection.execute(f"PREPARE TRANSACTION '{gid}'".encode())
    try:
        collected = collect(database, activity.source())
    finally:
        run(database, f"ROLLBACK PREPARED '{gid}'")
    found = [row for row in section(collected, Sessions).prepared if row.gid == gid]
    assert [(row.database, row.owner) for row in found] == [(name_of(database), "postgres")]


def test_a_loop_within_a_transaction_is_seen(database: str) -> None:
    run(database, "CREATE TABLE items (id int PRIMARY KEY, order_id int)")
    source = source_of("activity")
    with (
        psycopg.connect(database, application_name="shop page", prepare_threshold=None) as loop,
        reader(database) as made,
    ):
        for number in range(12):
            loop.execute("SELECT * FROM items WHERE order_id = %s", (f"{number}",))
            sections = source.collect(made, datetime.now(UTC)).sections
    (chatty,) = [one for one in sections if isinstance(one, ChattyTransactions)]
    (row,) = [one for one in chatty.rows if one.application == "shop page"]
    assert (row.most, row.transactions, row.idle_samples) == (12, 1, 12)
    assert row.statement == "SELECT * FROM items WHERE order_id = $1"
