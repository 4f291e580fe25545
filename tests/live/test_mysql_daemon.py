"""The daemon on a MySQL that is killed and comes back: a gap while it is away, a new connection afterwards, no counter that never ran."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import mysql_servers
from tunewright_agent.embedded.mysql import MYSQL_80, EmbeddedMysql
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.embedded.port import free_port
from tunewright_agent.history.database import Mode
from tunewright_agent.history.store import History
from tunewright_agent.wiring import INSTANCE
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"
PATIENCE_SECONDS = 180.0
STATEMENT = fingerprint("SELECT id FROM orders WHERE id = 1")
BEFORE, AFTER = 1500, 5
"""Executions of one statement before the server dies, and after it is back."""


def _work(server: EmbeddedMysql, times: int) -> None:
    with mysql_servers.connect(server.url("shop")) as connection, connection.cursor() as cursor:
        for number in range(times):
            cursor.execute(f"SELECT id FROM orders WHERE id = {number}")
            cursor.fetchall()


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:g} s: {what}"
        time.sleep(0.2)


def _calls(history: Path, since: datetime) -> int:
    """Executions of the statement that the history counted since then."""
    with History(history, mode=Mode.READ) as known:
        found = known.merged(ClusterId("shop"), INSTANCE, since, datetime.now(UTC) + timedelta(minutes=2))
    section = found.get("statements")
    if not isinstance(section, Statements):
        return 0
    assert all(row.calls >= 0 and row.exec_seconds >= 0 for row in section.rows)
    status = found.get("server_status")
    if isinstance(status, ServerStatus):
        assert all(one.value >= 0 for one in status.counters)
    return sum(row.calls for row in section.rows if row.id == STATEMENT)


def test_a_killed_server_is_a_gap_and_found_again_without_a_spike(tmp_path: Path) -> None:
    try:
        server = EmbeddedMysql(MYSQL_80, settings=mysql_servers.settings(MYSQL_80)).start()
    except EmbeddedError as error:
        pytest.skip(str(error))
    port = free_port()
    config, history = tmp_path / "tunewright.toml", tmp_path / "history.db"
    config.write_text(
        f'[agent]\njudge_every = "10s"\n[web]\nport = {port}\n[history]\npath = "{history}"\n'
        f'[[clusters]]\nname = "shop"\nurl = "{server.url("shop")}"\n'
        '[clusters.sources.statements]\ninterval = "1s"\n[clusters.sources.status]\ninterval = "1s"\n'
    )

    def metric(begins: str) -> float | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                lines = [line for line in answer.read().decode().splitlines() if line.startswith(begins)]
        except OSError:
            return None
        return float(lines[0].rpartition(" ")[2]) if lines else None

    try:
        with mysql_servers.connect(server.url()) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("CREATE TABLE shop.orders (id int PRIMARY KEY)")
        _work(server, BEFORE)  # before the daemon's first look: no delta ever holds these
        began = datetime.now(UTC) - timedelta(minutes=2)
        with (tmp_path / "daemon.log").open("a") as log:
            process = subprocess.Popen(
                [TUNEWRIGHT, "run", "--config", config],
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(tmp_path)},
            )
        try:
            _until(lambda: metric("tunewright_up{") == 1, "up")
            failing = 'tunewright_source_failing{cluster="shop",server="primary",source="statements"}'
            _until(lambda: metric(failing) == 0, "statements are read")
            _work(server, BEFORE)
            _until(lambda: _calls(history, began) == BEFORE, "the work in the history")
            server.kill()
            _until(lambda: metric(failing) == 1, "the source fails")
            _until(lambda: metric("tunewright_up{") == 0, "down")
            server.resume()
            _until(lambda: metric(failing) == 0, "the source reads again")
            _until(lambda: metric("tunewright_up{") == 1, "up again")
            _work(server, AFTER)
            _until(lambda: _calls(history, began) == BEFORE + AFTER, "exactly what ran in the history")
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
        finally:
            process.kill()
            process.wait(120)
    finally:
        server.stop()
    said = (tmp_path / "daemon.log").read_text()
    assert "Traceback" not in said
    assert server.password not in said
