"""MySQL's and MariaDB's logs as text: forms, spoofs, what is redacted. Texts are those of running servers (live/test_mysql_logs)."""

from datetime import UTC, datetime

import pytest

from tunewright_analyzers.logs.mysql_error import Lives, classify_error, error_line
from tunewright_analyzers.logs.mysql_slow import slow_statements
from tunewright_analyzers.logs.postgres import Classified

MYSQL = """/usr/sbin/mysqld, Version: 8.0.45 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /tmp/mysql.sock
Time                 Id Command    Argument
# Time: 2026-01-02T03:04:07.000000Z
# User@Host: app[app] @ web-1 [10.0.0.1]  Id:    42
# Query_time: 1.500000  Lock_time: 0.250000 Rows_sent: 3  Rows_examined: 99
use shop;
SET timestamp=1767323045;
SELECT *
FROM orders WHERE note = 's3cr3t
# Query_time: 9.0  Lock_time: 9.0 Rows_sent: 9  Rows_examined: 9
';
# Time: 2026-01-02T03:04:09.000000Z
# User@Host: app[app] @  [10.0.0.2]  Id:    43
# Query_time: 0.200000  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 1
SET timestamp=1767323049;
UPDATE orders SET note = 's3cr3t' WHERE id = 7;
# Time: 2026-01-02T03:04:10.000000Z
# User@Host: app[app] @  [10.0.0.2]  Id:    43
# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1767323050;
# administrator command: Quit;
"""
MARIADB = """# Time: 260102  3:04:05
# User@Host: app[app] @ localhost []
# Thread_id: 5  Schema: shop  QC_hit: No
# Query_time: 0.200331  Lock_time: 0.000077  Rows_sent: 2  Rows_examined: 2
# Rows_affected: 0  Bytes_sent: 100
# Full_scan: Yes  Full_join: No  Tmp_table: Yes  Tmp_table_on_disk: Yes
SET timestamp=1767323045;
SELECT SLEEP(0.2), b FROM t;
"""


def test_mysqls_form() -> None:
    first, second = slow_statements(MYSQL)
    assert (first.seconds, first.lock_seconds, first.rows_sent, first.rows_examined) == (1.5, 0.25, 3, 99)
    assert (first.user, first.client, first.database) == ("app", "10.0.0.1", "shop")
    assert first.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert first.statement == "SELECT * FROM orders WHERE note = ?;"
    assert (second.database, second.seconds) == ("shop", 0.2), "the database holds until the log says another"
    assert "s3cr3t" not in repr((first, second))


def test_mariadbs_form() -> None:
    (found,) = slow_statements(MARIADB)
    assert (found.database, found.full_scan, found.temporary_table_on_disk) == ("shop", True, True)
    assert found.client == "localhost"
    assert found.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "# User@Host: \n", MYSQL[:300], "# Time: x\n# User@Host: a[a] @ b []\nSELECT 1;\n", "\x00\xff" * 50]
)
def test_what_is_cut_off_or_foreign_is_passed_over(text: str) -> None:
    assert list(slow_statements(text)) == []


KINDS = [
    (
        "2026-01-02T03:04:05.678901Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.0.45'",
        "server/started",
    ),
    ("2026-01-02T03:04:05.678901Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: prêt", "server/started"),
    ("2026-01-02  3:04:05 0 [Note] mariadbd: ready for connections.", "server/started"),
    (
        "2026-01-02T03:04:05.678901Z 7 [ERROR] [MY-012592] [InnoDB] Operating system error number 28 in a file operation.",
        "disk/full",
    ),
    (
        "2026-01-02T03:04:05.678901Z 7 [ERROR] [MY-012592] [InnoDB] Operating system error number 13 in a file operation.",
        "disk/unreadable",
    ),
    (
        "2026-01-02 13:04:05 7 [ERROR] InnoDB: Database page corruption on disk or a failed read of page 5",
        "corruption/page",
    ),
    (
        "2026-01-02 13:04:05 7 [Warning] Access denied for user 's3cr3t'@'10.0.0.1' (using password: YES)",
        "authentication/password_failed",
    ),
    (
        "2026-01-02 13:04:05 7 [Warning] Aborted connection 7 to db: 'shop' user: 'app' host: 'x' (Got timeout)",
        "connection/lost",
    ),
    (
        (
            "2026-01-02T03:04:05.678901Z 7 [ERROR] [MY-010584] [Repl] Replica SQL for channel '': Worker 1 failed executing transaction 'x' at "
            "source log b.000001, end_log_pos 5; Error 'Duplicate entry 's3cr3t' for key 'page corruption'' on query. Error_code: MY-001062"
        ),
        "replication/apply_failed",
    ),
    (
        "2026-01-02 13:04:05 7 [ERROR] Slave SQL: Error 'Duplicate entry 's3cr3t'' on query. Internal MariaDB error code: 1062",
        "replication/apply_failed",
    ),
    (
        (
            "2026-01-02T03:04:05.678901Z 7 [ERROR] [MY-013114] [Repl] Replica I/O for channel '': Got fatal error 1236 from source when reading "
            "data from binary log: 'Could not find first log file name in binary log index file', Error_code: MY-013114"
        ),
        "replication/binlog_missing",
    ),
    (
        "2026-01-02 13:04:05 7 [ERROR] Slave I/O: Got fatal error 1236 from master when reading data from binary log: 's3cr3t'",
        "replication/binlog_missing",
    ),
    (
        "2026-01-02T03:04:05.678901Z 7 [ERROR] [MY-010584] [Repl] Replica I/O for channel '': Error connecting to source 's3cr3t@h:3306'",
        "replication/fetch_failed",
    ),
    ("2026-01-02 13:04:05 7 [Note] Slave I/O thread exiting, read up to log 'b.000001', position 4", None),
    (
        "2026-01-02T03:04:05.678901Z 0 [Note] [MY-011953] [InnoDB] Page cleaner took 4712ms to flush 2000 and evict 0 pages",
        "flushing/page_cleaner_late",
    ),
    ("2026-01-02T03:04:05.678901Z 0 [Warning] [MY-012985] [InnoDB] A long semaphore wait:", "server/semaphore_wait"),
    ("2026-01-02 13:04:05 0 [Warning] InnoDB: Long wait (300 seconds) for dict_sys.latch", "server/semaphore_wait"),
    (
        "2026-01-02T03:04:05.678901Z 0 [ERROR] [MY-012872] [InnoDB] Semaphore wait has lasted > 600 seconds. We intentionally crash the server",
        "server/process_crashed",
    ),
    ("2026-01-02T03:04:05Z UTC - mysqld got signal 11 ;", "server/process_crashed"),
    (
        "260102  3:04:05 [ERROR] /opt/a/rather/long/path/of/the/programs/usr/sbin/mariadbd got signal 11 ;",
        "server/process_crashed",
    ),
    (
        "2026-01-02 13:04:05 7 [ERROR] mariadbd: Table './shop/s3cr3t' is marked as crashed and should be repaired",
        "corruption/table",
    ),
    (
        "2026-01-02 13:04:05 7 [Warning] Access denied for user 'Out of memory'@'s3cr3t'",
        "authentication/password_failed",
    ),
    (
        "2026-01-02 13:04:05 0 [Warning] Aborted connection 0 to db: 'unconnected' user: 's3cr3t' host: 'connecting host' (Too many connections)",
        "connection/too_many",
    ),
    ("2026-01-02 13:04:05 7 [ERROR] s3cr3t went wrong", "error/internal"),
    ("2026-01-02 13:04:05 7 [Note] InnoDB: log sequence number 45", None),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_lines_of_the_error_log(text: str, kind: str | None) -> None:
    line = error_line(text)
    assert line is not None
    found = classify_error(line)
    assert (f"{found.category}/{found.kind}" if found else None) == kind
    assert "s3cr3t" not in repr(found)


def test_numbers_are_kept_and_the_rest_of_a_replicas_message_is_not() -> None:
    samples = {kind: classify_error(line) for text, kind in KINDS if (line := error_line(text)) is not None}
    applied, late = samples["replication/apply_failed"], samples["flushing/page_cleaner_late"]
    assert applied is not None
    assert applied.sample == "Slave SQL:  error 1062"
    assert late is not None
    assert late.seconds == 4.712


def test_a_start_after_a_start_was_a_kill() -> None:
    """Not where a shutdown, a crash or a recovery was told between them: those are counted themselves."""
    lives, implied = Lives(), []
    for kind in (
        "started",
        "shut_down",
        "started",
        "started",
        "process_crashed",
        "started",
        "crash_recovery",
        "started",
    ):
        found = lives.after(Classified("server", kind))
        implied.append(found.kind if found else "")
    assert implied == ["", "", "", "killed", "", "", "", ""]
    assert lives.after(Classified("connection", "lost")) is None


def test_a_time_without_a_zone_is_not_believed_and_a_further_line_is_none() -> None:
    mysql, mariadb = error_line(KINDS[0][0]), error_line(KINDS[2][0])
    assert mysql is not None
    assert mariadb is not None
    assert mysql.at == datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    assert mariadb.at is None
    assert error_line("  at 0x7f in frame 5") is None
