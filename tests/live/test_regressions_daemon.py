"""End to end with the daemon as a process: over three weeks of history it sees a statement lose its index, tells a Slack-like receiver once, across
a kill -9 in the middle, and that it is over once the index is back.

The weeks are written through the history's own API before the daemon starts; its wall clock runs SPEED times as fast (tests/fast_daemon.py), so
that the hour which a shift takes to end passes within half a minute. Floors of load are lowered by as much. No time is asserted.
"""

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import fast_daemon
import reading
import receivers
from cases.facts import statement
from live.test_daemon import Running, daemon, until
from tunewright_agent.clock import now
from tunewright_agent.history.store import History
from tunewright_agent.wiring import INSTANCE
from tunewright_analyzers.facts.ids import ClusterId, StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.sql.fingerprint import fingerprint

pytestmark = [pytest.mark.live, pytest.mark.slow]
SPEED, AHEAD = 150.0, timedelta(minutes=20)
"""Ahead: the daemon leaves out a quarter of an hour after the server's start, and this server has just begun."""
COMMAND = (sys.executable, Path(fast_daemon.__file__))
WEEKS, FINE = timedelta(weeks=3, days=1), timedelta(hours=36)
CALLS_A_MINUTE, PAUSE_SECONDS, MEASURED_SECONDS = 20, 0.015, 2.0
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric);
INSERT INTO orders SELECT g, g % 20000, g % 977 FROM generate_series(1, 60000) g;
CREATE INDEX orders_customer ON orders (customer);
ANALYZE orders;
"""
SLOWED = "SELECT count(*), sum(total) FROM orders WHERE customer = {}"
STEADY = "SELECT total FROM orders WHERE id = {}"
SETTINGS = """
databases = ["{database}"]
[clusters.sources]
statements = {{ interval = "500ms" }}
relations = {{ interval = "1s" }}
plans = {{ interval = "2s" }}
regressions = {{ interval = "1s" }}
index_advice = {{ enabled = false }}
[checks."regressions/slower_statement"]
load_min = 0.000001
[checks."regressions/plan_flip"]
load_min = 0.000001
[notifications]
settle = "0s"
[[notifications.channels]]
name = "chat"
kind = "slack"
url_from = {{ env = "CHAT_URL" }}
allow_addresses = ["127.0.0.1/32"]
[[notifications.routes]]
channels = ["chat"]
checks = ["regressions/*"]
wait = "0s"
"""


@contextmanager
def work(url: str) -> Iterator[None]:
    """Both statements at a steady pace."""
    ended = threading.Event()

    def run() -> None:
        turn = 0
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            while not ended.wait(PAUSE_SECONDS):
                turn += 7919
                connection.execute(SLOWED.format(turn % 20_000).encode())
                connection.execute(STEADY.format(turn % 60_000 + 1).encode())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(20)


def _usual_seconds(url: str) -> dict[str, float]:
    """What a call of each takes on this machine at that pace, twice over: a busy minute is no regression."""
    with work(url):
        time.sleep(MEASURED_SECONDS)
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT query, mean_exec_time / 1000 FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
            " WHERE datname = current_database() AND query LIKE 'SELECT % FROM orders WHERE%'"
        ).fetchall()
    return {fingerprint(text): 2 * float(seconds) for text, seconds in rows}


def _weeks(path: Path, database: str, usual: dict[str, float], end: datetime) -> None:
    """Counters of three weeks, hour by hour and then every five minutes, as a server that was read all that time would have left them."""
    noise = random.Random(7)
    rows = [_counted(database, identity) for identity in usual]
    at = end - WEEKS
    with History(path) as history:
        while at <= end:
            section = Statements(Period(end - WEEKS, at), tuple(rows), Coverage(len(rows), 5000, 0, end - WEEKS))
            history.record(ClusterId("shop"), INSTANCE, "the weeks before", (section,), at)
            step = timedelta(hours=1) if at < end - FINE else timedelta(minutes=5)
            at, calls = at + step, CALLS_A_MINUTE * int(step.total_seconds() // 60)
            rows = [
                replace(
                    one,
                    calls=one.calls + calls,
                    rows=one.rows + calls,
                    exec_seconds=one.exec_seconds + calls * usual[one.id] * noise.lognormvariate(0, 0.2),
                )
                for one in rows
            ]


def _counted(database: str, identity: str) -> Statement:
    key = StatementKey(database, "postgres", identity)
    return replace(statement(identity), key=key, id=StatementId(identity), text=None, calls=0, rows=0, exec_seconds=0.0)


def _passes(running: Running, source: str) -> int:
    lines = running.get("/metrics")[1].splitlines()
    mine = [one for one in lines if one.startswith("tunewright_source_passes_total") and f'source="{source}"' in one]
    return int(float(mine[0].rpartition(" ")[2])) if mine else 0


def _findings(running: Running) -> list[dict[str, Any]]:
    status, body = running.get("/findings?format=json")
    return [one for one in json.loads(body)["findings"] if one["check"].startswith("regressions/")] if status == 200 else []  # fmt: skip


def test_a_lost_index_is_told_once_across_a_kill_and_resolved(
    database18: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowed = fingerprint(SLOWED.format(1))
    with psycopg.connect(database18, autocommit=True) as shop, receivers.http() as chat:
        shop.execute(SCHEMA.encode())
        database, usual = reading.name_of(database18), _usual_seconds(database18)
        assert slowed in usual
        end = now() + AHEAD
        _weeks(tmp_path / "history" / "tunewright.db", database, usual, end)
        begin = now()
        clock = f"{begin.timestamp()} {(end - begin).total_seconds()} {SPEED}"
        monkeypatch.setenv("CHAT_URL", f"{chat.url}/services/T0/B0/x")
        monkeypatch.setenv("FAST_CLOCK", clock)
        settings = SETTINGS.format(database=database)

        def told() -> list[str]:
            """Of the statement that lost its index; what else a busy machine slows is not this test's."""
            return [text for text in (one.body.decode() for one in chat.received) if slowed in text]

        def since(running: Running) -> str:
            mine = [one for one in _findings(running) if slowed in json.dumps(one)]
            return next((row["value"] for row in mine[0]["evidence"] if row["label"] == "slower since"), "") if mine else ""  # fmt: skip

        with work(database18):
            with daemon(tmp_path, database18, settings, COMMAND) as running:
                until(lambda: _passes(running, "plans") >= 2 and _passes(running, "relations") >= 2, "plans are known")
                assert told() == []
                shop.execute("DROP INDEX orders_customer")
                until(lambda: len(told()) == 1, "it is told")
                began = since(running)
                running.process.send_signal(signal.SIGKILL)
                running.process.wait(120)
            with daemon(tmp_path, database18, settings, COMMAND) as running:
                until(lambda: since(running) != "", "another life knows of it")
                assert since(running) == began
                assert len(told()) == 1
                shop.execute("CREATE INDEX orders_customer ON orders (customer)")
                until(lambda: len(told()) == 2, "that it is over is told")
                running.process.send_signal(signal.SIGTERM)
                assert running.process.wait(120) == 0
        opened, resolved = told()
    if "has another plan" in opened:
        assert "orders_customer" in opened
        assert "Seq Scan on orders" in opened
    else:  # the clock runs ahead of a busy machine: the step was told before the twin was built without the index
        assert "regressions/slower_statement" in opened
    assert "Resolved" in resolved
    assert "Traceback" not in (tmp_path / "daemon.log").read_text()
