"""Every expression that we ship, run by a real Prometheus that scrapes a real daemon over a real MySQL or MariaDB. The numbers are printed.

`NOT_THERE` is what these servers cannot have; all else must be filled, the panels of MySQL too.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pymysql
import pytest

import mysql_servers
from mysql_reading import run
from prometheus_server import prometheus
from promql import NO_WEEK, Empty, printed, settings_for, told
from tunewright_agent.demo.watched import daemon_over
from tunewright_agent.embedded.mysql import EmbeddedMysql

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(900)]
SHOP = (
    "CREATE TABLE digits (d int PRIMARY KEY)",
    "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
    (
        "CREATE TABLE orders (id int unsigned AUTO_INCREMENT PRIMARY KEY, customer int, note varchar(100), KEY orders_customer (customer),"
        " KEY orders_customer_again (customer))"
    ),
    (
        "INSERT INTO orders (customer, note) SELECT a.d + 10 * b.d + 100 * c.d, MD5(RAND()) FROM digits a, digits b, digits c, digits d"
    ),
    "CREATE TABLE carts (id int PRIMARY KEY, note text)",
    "INSERT INTO carts SELECT a.d + 10 * b.d, 'x' FROM digits a, digits b",
    "ANALYZE TABLE orders, carts",
)
NO_VACUUM = "MySQL has no vacuum and no transaction ids that run out"
NO_WAL = "what stands for WAL and checkpoints is InnoDB's redo, which has panels of its own"
NOT_OF_MYSQL = {
    "tunewright_io_": "pg_stat_io is PostgreSQL's",
    "tunewright_wal_": NO_WAL,
    "tunewright_checkpoint": NO_WAL,
    "tunewright_buffers_written_total": NO_WAL,
    "tunewright_database_temp_bytes_total": "MySQL counts temporary tables on disk, not their bytes",
    "tunewright_statement_blocks_": "digests count no blocks",
    "tunewright_archive_": "the binary log is not archived by the server",
    "tunewright_database_conflicts_total": "replaying cancels no reader",
    "xid_age": NO_VACUUM,
    "tunewright_table_last_vacuum_timestamp_seconds": NO_VACUUM,
    'name="autovacuum_': NO_VACUUM,
    "tunewright_mysql_replication_running": "the server is no replica",
}
"""Panels and parts of alerts by what stands in them: what the engine does not have, or this server is not."""
ELSEWHERE = {
    "tunewright_aws_": "no cluster of AWS is watched here: test_prometheus_aws.py runs these over one",
    "tunewright_log_events_total": "no log is read here",
    "tunewright_replica_lag_seconds": "the server has no replica",
    'tunewright_server_info{flavour="aurora"}': "the server is not Aurora",
    "tunewright_standby_": "a replica of MySQL has threads, by tunewright_mysql_replication_running",
    "tunewright_slot_": "replication slots are PostgreSQL's",
    "tunewright_series_dropped_total": "no metric has more series than its cap",
    "tunewright_lease_held": "the history is not shared",
    "checksum_failures": "InnoDB ends the server where a page's checksum is wrong",
    "fsync|full_page_writes|autovacuum": "settings of PostgreSQL",
    "xid_used:ratio": NO_VACUUM,
    "database:tunewright_temp_bytes:rate15m": "MySQL counts temporary tables on disk, not their bytes",
    "absent(": "the daemon is there",
    "offset 1w": NO_WEEK,
    "offset 1h": "there is no hour of history",
}
RULES = {
    "server:tunewright_load_waiting:ratio": "no session was active in the sampled minute",
    "server:tunewright_checkpoints_requested:ratio_increase30m": NO_WAL,
    "database:tunewright_temp_bytes:rate15m": "MySQL counts temporary tables on disk, not their bytes",
    "database:tunewright_xid_used:ratio": NO_VACUUM,
    "database:tunewright_mxid_used:ratio": NO_VACUUM,
}
NOT_THERE = Empty(
    rules=RULES,
    parts=NOT_OF_MYSQL | ELSEWHERE,
    panels=NOT_OF_MYSQL,
    refused=frozenset({"no MySQL or MariaDB is watched"}),
    labels=frozenset({"user"}),  # a digest is of all users together
)


@contextmanager
def workload(url: str) -> Iterator[None]:
    """Sessions that read, write, sort, wait for a row, roll back, until the end."""
    over = threading.Event()

    def work() -> None:
        with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
            while not over.wait(0.1):
                cursor.execute("SELECT COUNT(*) FROM orders WHERE note LIKE '%ab%'")
                cursor.execute("SELECT * FROM orders WHERE customer = %s", (random.randrange(999),))
                cursor.execute("SELECT customer, MAX(note) AS most FROM orders GROUP BY customer ORDER BY most")
                cursor.execute("INSERT INTO orders (customer, note) VALUES (7, 'new')")
                cursor.execute("DELETE FROM orders WHERE note = 'new' LIMIT 1")
                cursor.execute("SELECT SLEEP(0.2)")

    def holder() -> None:
        with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
            while not over.is_set():
                connection.begin()
                cursor.execute("UPDATE carts SET note = 'h' WHERE id = 1")
                over.wait(0.7)
                connection.rollback()
                over.wait(0.1)

    def waiter() -> None:
        with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
            while not over.wait(0.1):
                with suppress(pymysql.MySQLError):
                    connection.begin()
                    cursor.execute("UPDATE carts SET note = 'w' WHERE id = 1")
                    connection.commit()

    threads = [threading.Thread(target=one) for one in (work, holder, waiter)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(120)


def test_every_expression_runs_and_what_must_be_filled_is(
    program: Callable[[str], str],
    mysql_family: EmbeddedMysql,
    mysql_database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    binary = program("prometheus")
    run(mysql_database, *SHOP)
    with (
        workload(mysql_database),
        daemon_over(settings_for(mysql_database, tmp_path, "status")) as assembly,
        prometheus(binary, tmp_path, assembly.address.removeprefix("http://")) as server,
    ):
        tally = told(server, NOT_THERE, "tunewright_statement_calls_total")
    with capsys.disabled():
        print(printed(tally, mysql_family.build.title))
    assert not tally.missing, "\n".join(tally.missing)
    assert tally.ran > 450
