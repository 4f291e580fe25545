"""The slow query log and the error log of running MySQL and MariaDB servers, read to events."""

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pymysql
import pytest

import mysql_servers
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.history.codec import dump_section
from tunewright_agent.sources.mysql.log_events import LogReading
from tunewright_agent.sources.mysql.session import Reader
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.logs.mysql_error import classify_error, error_line
from tunewright_analyzers.logs.mysql_slow import slow_statements

pytestmark = pytest.mark.live


def test_a_running_servers_slow_log_is_read(mysql_family: EmbeddedMysql, mysql_database: str, tmp_path: Path) -> None:
    with mysql_servers.connect(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a int, b varchar(100))")
        cursor.execute("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
        cursor.execute("SELECT @@global.long_query_time, @@global.slow_query_log_file, @@global.log_output")
        before, old, output = cursor.fetchone() or (10, "", "FILE")
        cursor.execute("SET GLOBAL log_output = 'FILE'")
        file = mysql_family.folder / f"slow-{tmp_path.name}.log"
        cursor.execute("SET GLOBAL slow_query_log_file = %s", (str(file),))
        cursor.execute("SET GLOBAL slow_query_log = ON")
        try:  # MariaDB asks at the start of a session whether its slow statements are logged
            with mysql_servers.connect(mysql_database) as other, other.cursor() as slow_one:
                slow_one.execute("SET SESSION long_query_time = 0")
                slow_one.execute("SELECT SLEEP(0.2), b FROM t WHERE b = 's3cr3t # Query_time: 9' OR a = 1")
                slow_one.execute("UPDATE t SET b = 's3cr3t' WHERE a = 2")
        finally:
            cursor.execute("SET GLOBAL slow_query_log = OFF")
            cursor.execute("SET GLOBAL slow_query_log_file = %s", (old,))
            cursor.execute("SET GLOBAL log_output = %s", (output,))
            cursor.execute("SET GLOBAL long_query_time = %s", (before,))
    everything = list(slow_statements(file.read_text(errors="replace")))
    (slow,) = [one for one in everything if "SLEEP" in one.statement.upper()]
    assert 0.19 <= slow.seconds < 60
    assert slow.rows_examined >= 1
    assert slow.user == "root"
    assert slow.at is not None
    assert abs(slow.at.timestamp() - time.time()) < 600
    (changed,) = [one for one in everything if one.statement.upper().startswith("UPDATE")]
    assert changed.seconds < 60
    assert changed.database == slow.database
    assert "s3cr3t" not in repr(everything)
    with contextlib.closing(Reader(mysql_database)) as reader:
        collected = LogReading((mysql_family.log, file)).collect(reader, datetime.now(UTC))
    (counted,) = collected.sections
    assert isinstance(counted, LogEvents)
    assert sum(row.count for row in counted.of("slow_statement", "finished")) == len(everything)
    assert sum(row.seconds for row in counted.of("slow_statement")) >= 0.19
    assert counted.of("server", "started")
    assert "s3cr3t" not in dump_section(counted).decode()


def test_a_running_servers_error_log_tells_its_start(mysql_family: EmbeddedMysql) -> None:
    text = mysql_family.log.read_text(errors="replace")
    lines = [line for line in map(error_line, text.splitlines()) if line is not None]
    kinds = {(found.category, found.kind) for line in lines if (found := classify_error(line)) is not None}
    assert ("server", "started") in kinds
    assert not {kind for kind in kinds if kind[0] in {"corruption", "disk", "memory"}}


def test_a_refused_login_is_in_the_error_log(mysql_family: EmbeddedMysql, mysql_database: str) -> None:
    with mysql_servers.connect(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@version")
        (version,) = cursor.fetchone() or ("",)
        name = "log_warnings" if "MariaDB" in version else "log_error_verbosity"
        cursor.execute(f"SELECT @@global.{name}")
        (before,) = cursor.fetchone() or (2,)
        cursor.execute(f"SET GLOBAL {name} = 3")
        try:
            with pytest.raises(pymysql.err.OperationalError):
                mysql_servers.connect(mysql_database.replace("root", "s3cr3t-user", 1))
        finally:
            cursor.execute(f"SET GLOBAL {name} = %s", (before,))
    lines = [
        line for line in map(error_line, mysql_family.log.read_text(errors="replace").splitlines()) if line is not None
    ]
    refused = [
        found for line in lines if (found := classify_error(line)) is not None and found.category == "authentication"
    ]
    assert refused
    assert "s3cr3t" not in repr(refused)
