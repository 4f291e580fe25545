"""Faults that running MySQL and MariaDB servers write into their error log, judged by the checks `logs/…`."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pymysql
import pytest

import mysql_servers
from mysql_reading import as_account, eventually, run
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.history.codec import dump_section
from tunewright_agent.sources.mysql.log_events import LogReading
from tunewright_agent.sources.mysql.session import Reader
from tunewright_agent.sources.source import Denied
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as judge
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.live
SECRET = "s3cr3t"


def events(server: EmbeddedMysql) -> LogEvents:
    """What its error log tells, read once from the start."""
    with contextlib.closing(Reader(server.url())) as reader:
        (section,) = LogReading((server.log,)).collect(reader, datetime.now(UTC)).sections
    assert isinstance(section, LogEvents)
    return section


def kinds_of(section: LogEvents) -> dict[str, int]:
    """Events of the server's own life."""
    return {row.kind: row.count for row in section.of("server")}


def kinds(server: EmbeddedMysql) -> dict[str, int]:
    """The same, read now."""
    return kinds_of(events(server))


def findings(server: EmbeddedMysql, section: LogEvents) -> dict[str, list[Finding]]:
    """What the checks say of it."""
    engine = Engine.MARIADB if server.build.mariadb else Engine.MYSQL
    end = datetime.now(UTC)
    snapshot = Snapshot(ClusterId("shop"), InstanceId("db1"), engine, 80045, Flavour.SELF_MANAGED, end, (section,), ())
    window = Window(ClusterId("shop"), end - timedelta(hours=1), end, snapshot)
    found: dict[str, list[Finding]] = {}
    for check in discover():
        if check.id.startswith("logs/") and engine in check.engines:
            found[check.id] = [one for one in judge(check, window) if isinstance(one, Finding)]
    return found


@pytest.fixture
def talkative(mysql_family: EmbeddedMysql) -> Iterator[EmbeddedMysql]:
    """The server with its log told to say all of it, as it was before afterwards."""
    level = "log_warnings" if mysql_family.build.mariadb else "log_error_verbosity"
    with mysql_servers.connect(mysql_family.url()) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT @@global.{level}, @@global.innodb_print_all_deadlocks, @@global.max_connections")
        before = cursor.fetchone() or ()
        cursor.execute(f"SET GLOBAL {level} = 3, GLOBAL innodb_print_all_deadlocks = ON")
        try:
            yield mysql_family
        finally:
            cursor.execute(
                f"SET GLOBAL {level} = %s, GLOBAL innodb_print_all_deadlocks = %s, GLOBAL max_connections = %s", before
            )


def deadlock(url: str) -> None:
    """Two transactions that take two rows crosswise: one of them is rolled back."""
    run(
        url, "CREATE TABLE pairs (id int PRIMARY KEY, note varchar(50)) ENGINE=InnoDB", f"INSERT INTO pairs VALUES (1, '{SECRET}'), (2, '')"
    )  # fmt: skip
    ended: list[Any] = []

    def second(connection: "pymysql.connections.Connection[pymysql.cursors.Cursor]") -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM pairs WHERE id = 1 AND note <> '{SECRET}-two'")
        except pymysql.MySQLError as error:
            ended.append(error.args[0])

    with mysql_servers.connect(url) as one, mysql_servers.connect(url) as other:
        for connection, row in ((one, 1), (other, 2)):
            connection.begin()
            with connection.cursor() as cursor:
                cursor.execute("UPDATE pairs SET note = 'held' WHERE id = %s", (row,))
        thread = threading.Thread(target=second, args=(other,))
        thread.start()
        time.sleep(0.3)
        try:
            with one.cursor() as cursor:
                cursor.execute(f"UPDATE pairs SET note = '{SECRET}-one' WHERE id = 2")
        except pymysql.MySQLError as error:
            ended.append(error.args[0])
        one.rollback()
        thread.join(120)
        other.rollback()
    assert ended == [1213]


def test_a_deadlock_is_told_with_the_statements_of_both(talkative: EmbeddedMysql, mysql_database: str) -> None:
    deadlock(mysql_database)
    eventually(lambda: bool(events(talkative).deadlocks))
    section = events(talkative)
    told = section.deadlocks[-1]
    if (
        not talkative.build.mariadb
    ):  # by SQL, where no file can be read, its number alone: the table has not what the dump says
        with contextlib.closing(Reader(talkative.url())) as reader:
            (table,) = LogReading((), errors_read=False).collect(reader, datetime.now(UTC)).sections
        assert isinstance(table, LogEvents)
        assert sum(row.count for row in table.of("lock", "deadlock")) >= 1
        assert table.deadlocks == ()
    assert {one.statement.split()[0] for one in told.waiters} == {"UPDATE", "DELETE"}
    assert all(one.locked.endswith(".pairs") and one.mode.startswith("X") for one in told.waiters)
    (found,) = [one for one in findings(talkative, section)["logs/deadlocks"] if one.subject.database == told.database]
    assert "deadlocked with each other" in found.summary
    assert SECRET not in dump_section(section).decode() + repr(found)


def fill(url: str, most: int) -> None:
    """Open connections until the server refuses one."""
    with contextlib.ExitStack() as opened:
        for _ in range(most):
            opened.enter_context(mysql_servers.connect(url))


def test_refused_and_lost_connections_are_counted(talkative: EmbeddedMysql) -> None:
    """A wrong password, a client that goes away in mid-session, and one too many; the last is in MariaDB's log alone."""
    before = {row.kind: row.count for row in events(talkative).rows}
    run(talkative.url(), "SET GLOBAL max_connections = 10")
    with pytest.raises(pymysql.err.OperationalError, match="Too many connections"):
        fill(talkative.url(), 12)
    with pytest.raises(pymysql.err.OperationalError):
        mysql_servers.connect(talkative.url("", "nobody", SECRET))
    lost = mysql_servers.connect(talkative.url())
    lost._force_close()  # type: ignore[attr-defined]  # the socket ends without a word, as a killed client's does

    def more(kind: str) -> bool:
        return {row.kind: row.count for row in events(talkative).rows}.get(kind, 0) > before.get(kind, 0)

    eventually(lambda: more("password_failed") and more("lost"))
    assert more("too_many") == talkative.build.mariadb
    assert SECRET not in dump_section(events(talkative)).decode()


@pytest.mark.slow
def test_a_crash_and_a_kill_are_told(mysql_family: EmbeddedMysql) -> None:
    """A server of its own gets a SEGV and writes what it can; then a KILL, of which nobody writes; then it ends in order."""
    server = EmbeddedMysql(mysql_family.build, settings=mysql_servers.settings(mysql_family.build)).start()
    try:
        run(
            server.url(),
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (a int) ENGINE=InnoDB",
            "INSERT INTO shop.t VALUES (1)",
        )
        assert not findings(server, events(server))["logs/crashed"]
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGSEGV)
        eventually(lambda: server.pid is None)
        server.resume()
        crashed = kinds(server)
        server.kill()
        server.resume()
        killed = kinds(server)
        server.halt()
        server.resume()
        section = events(server)
        (found,) = findings(server, section)["logs/crashed"]
    finally:
        server.stop()
    assert crashed["process_crashed"] >= 1
    assert ("crash_recovery" in crashed) == mysql_family.build.mariadb, "at its usual verbosity MySQL is silent of it"
    assert "killed" not in crashed
    told = "crash_recovery 2" if mysql_family.build.mariadb else "killed 1"
    assert told.split()[0] in killed
    last = kinds_of(section)
    assert last["started"] == 4
    assert last["shut_down"] >= 1
    assert {name: last[name] for name in killed if name not in {"started", "shut_down"}} == {
        name: killed[name] for name in killed if name not in {"started", "shut_down"}
    }, "a shutdown in order is no crash"
    assert told in str(next(one.value for one in found.evidence if one.label == "kinds"))


def test_without_a_file_mysqls_own_table_of_its_log_is_read_once(mysql_family: EmbeddedMysql) -> None:
    """By the account of `grants`: what the file tells of this start; MariaDB has no such table, so that nothing is said of its log."""
    file = kinds(mysql_family)
    with as_account("granted", mysql_family) as url, contextlib.closing(Reader(url)) as reader:
        reading = LogReading((), errors_read=False)
        passes = [reading.collect(reader, datetime.now(UTC)) for _ in range(2)]
    with as_account("stranger", mysql_family) as url, contextlib.closing(Reader(url)) as reader:
        stranger = LogReading((), errors_read=False)
        if mysql_family.build.mariadb:
            assert [one.sections for one in passes] == [(), ()]
            assert [one.gaps for one in passes] == [(), ()]
            return
        with pytest.raises(Denied) as denied:
            stranger.collect(reader, datetime.now(UTC))
    assert "GRANT SELECT ON performance_schema.*" in str(denied.value.mend)
    first, second = (one.sections[0] for one in passes)
    assert isinstance(first, LogEvents)
    assert isinstance(second, LogEvents)
    assert kinds_of(first)["started"] == file["started"]
    assert kinds_of(second) == kinds_of(first)
    assert first.errors_read
    assert first.read_to is not None
