"""Every expression that we ship, run by a real Prometheus that scrapes a real daemon over a real PostgreSQL. The numbers are printed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from prometheus_server import parts_of, prometheus
from promql import NO_WEEK, Empty, printed, settings_for, told
from tunewright_agent.demo.watched import daemon_over

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(900)]
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int, note text);
INSERT INTO orders (customer, note) SELECT g % 1000, md5(g::text) FROM generate_series(1, 20000) g;
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_customer_again ON orders (customer);
CREATE TABLE carts (id int PRIMARY KEY, note text) WITH (autovacuum_enabled = off);
INSERT INTO carts SELECT g, 'x' FROM generate_series(1, 3000) g;
UPDATE carts SET note = 'y';
ANALYZE carts;
"""
SLOT = "test_prometheus"
EMPTY_RULES = {
    "server:tunewright_load_waiting:ratio": "no session was active in the sampled minute",
    "server:tunewright_checkpoints_requested:ratio_increase30m": "no checkpoint in 30 minutes",
}
"""Recording rules that a quiet server may leave empty, and why."""
EMPTY_PARTS = {
    "tunewright_lease_held": "the history is one daemon's own",
    "tunewright_aws_": "no cluster of AWS is watched here: test_prometheus_aws.py runs these over one",
    "tunewright_mysql_": "no MySQL or MariaDB is watched here: test_prometheus_mysql.py runs these over one",
    "increase(tunewright_log_events_total{": "the log told no event of that kind",
    "tunewright_replica_lag_seconds": "no standby is connected",
    'tunewright_server_info{flavour="aurora"}': "the server is not Aurora",
    "tunewright_standby_lag_seconds": "the server is a primary",
    "tunewright_standby_receiving": "the server is a primary",
    "tunewright_slot_safe_bytes": "no slot has a bound",
    "time() - tunewright_archive_last_timestamp_seconds": "the server does not archive",
    "absent(": "the daemon is there",
    "tunewright_series_dropped_total": "no metric has more series than its cap",
    "checksum_failures": "checksums may be off",
    "server_share_ratio": "known from the second pass of statements on",
    "offset 1w": NO_WEEK,
    "offset 1h": "there is no hour of history",
} | EMPTY_RULES
"""Parts of alerts that may be empty on a sound primary, by what stands in them."""


@contextmanager
def workload(url: str) -> Iterator[None]:
    """Sessions that read, write, wait for a lock and spill, until the end."""
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.1):
                connection.execute("SELECT count(*) FROM orders WHERE note LIKE '%ab%'")
                connection.execute("SELECT * FROM orders WHERE customer = 7")
                connection.execute("SELECT id FROM orders WHERE id = 9")
                connection.execute("UPDATE carts SET note = 'z' WHERE id = 5")
                connection.execute("SELECT pg_sleep(0.2)")

    def holder() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.is_set():
                connection.execute("BEGIN")
                connection.execute("UPDATE carts SET note = 'h' WHERE id = 1")
                over.wait(0.7)
                connection.execute("ROLLBACK")
                over.wait(0.1)

    def waiter() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.1):
                connection.execute("UPDATE carts SET note = 'w' WHERE id = 1")

    threads = [threading.Thread(target=one) for one in (work, holder, waiter)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(120)


@pytest.fixture
def shop(database18: str) -> Iterator[str]:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute("VACUUM ANALYZE orders")
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", (SLOT,))
        connection.execute("CHECKPOINT")
    try:
        yield database18
    finally:
        with psycopg.connect(database18, autocommit=True) as connection:
            connection.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))


def test_the_parts_of_an_alert_are_taken_apart() -> None:
    assert parts_of('a > 14.4 * 0.01 and b{x="a > b"} > 2') == ["a", 'b{x="a > b"}']
    assert parts_of('sum(rate(a[1m]) > 0) / b >= on (c, d) e{f="g"}') == ["sum(rate(a[1m]) > 0) / b", 'e{f="g"}']
    assert parts_of("f(a) > 0 unless on (c) time() - b < 900") == ["f(a)", "time() - b"]


def test_every_expression_runs_and_what_must_be_filled_is(
    program: Callable[[str], str], shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = program("prometheus")
    empty = Empty(EMPTY_RULES, EMPTY_PARTS)
    with workload(shop), daemon_over(settings_for(shop, tmp_path, "throughput")) as assembly:
        target = assembly.address.removeprefix("http://")
        with prometheus(binary, tmp_path, target) as server:
            tally = told(server, empty, "tunewright_statement_blocks_hit_total")
    with capsys.disabled():
        print(printed(tally, "PostgreSQL"))
    assert not tally.missing, "\n".join(tally.missing)
    assert tally.ran > 450
