"""The daemon as a process: pages, signals, a server that goes and comes back, kill -9, a port in use."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import servers

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"
PATIENCE_SECONDS = 60.0
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text);
INSERT INTO orders SELECT g, g % 1000, 'swordfish' FROM generate_series(1, 100000) g;
CREATE INDEX orders_note ON orders (note);
CREATE INDEX orders_note_again ON orders (note);
ANALYZE;
"""


@dataclass
class Running:
    """A daemon's process, its configuration file and its address."""

    process: "subprocess.Popen[str]"
    config: Path
    port: int

    def get(self, page: str) -> tuple[int, str]:
        """(status, body) of a page; (0, "") while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def findings(self) -> set[str]:
        """Ids of checks that found something."""
        status, body = self.get("/findings?format=json")
        return {one["check"] for one in json.loads(body)["findings"]} if status == 200 else set()

    def metric(self, begins: str) -> float | None:
        """The first sample whose line begins so."""
        lines = [line for line in self.get("/metrics")[1].splitlines() if line.startswith(begins)]
        return float(lines[0].rpartition(" ")[2]) if lines else None


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fails the test after PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:g} s: {what}"
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Path, url: str, port: int, more: str = "") -> str:
    return f"""
[agent]
judge_every = "10s"
[web]
port = {port}
[history]
path = "{folder}/history/tunewright.db"
[[clusters]]
name = "shop"
url = "{url}"
{more}
"""


@contextmanager
def daemon(
    folder: Path, url: str, more: str = "", command: tuple[str | Path, ...] = (TUNEWRIGHT,)
) -> Iterator[Running]:
    """A running daemon; killed at the end where the test has not ended it."""
    port, config = free_port(), folder / "tunewright.toml"
    config.write_text(configuration(folder, url, port, more))
    with (folder / "daemon.log").open("a") as log:
        process = subprocess.Popen(
            [*command, "run", "--config", config],
            stdout=log,
            stderr=log,
            text=True,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            yield Running(process, config, port)
        finally:
            process.kill()
            process.wait(120)


@pytest.fixture
def shop(database18: str) -> str:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    with psycopg.connect(
        database18, autocommit=True
    ) as connection:  # the first session's counters are in when it has ended
        connection.execute("SELECT pg_stat_reset()")
        for number in range(20):
            connection.execute(f"SELECT * FROM orders WHERE customer_id = {number}".encode())
    return database18


def test_it_publishes_drains_on_sigterm_and_keeps_what_it_found(shop: str, tmp_path: Path) -> None:
    with daemon(tmp_path, shop) as running:
        until(lambda: running.get("/healthz")[0] == 200, "alive")
        until(lambda: running.get("/readyz")[0] == 200, "ready")
        until(lambda: {"indexes/duplicate", "indexes/missing"} <= running.findings(), "findings")
        assert running.metric("tunewright_up{") == 1
        assert "swordfish" not in running.get("/findings")[1] + running.get("/metrics")[1]
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(120) == 0
    log = (tmp_path / "daemon.log").read_text()
    assert '"event": "stopped"' in log
    assert "Traceback" not in log
    assert "swordfish" not in log
    history = tmp_path / "history" / "tunewright.db"
    assert history.stat().st_mode & 0o777 == 0o600
    told = subprocess.run(
        [TUNEWRIGHT, "findings", "--history", history, "--format", "json"], capture_output=True, text=True, check=True
    )
    assert "indexes/duplicate" in {one["check"] for one in json.loads(told.stdout)["findings"]}


def test_a_wrong_file_at_sighup_changes_nothing_and_a_right_one_is_taken(shop: str, tmp_path: Path) -> None:
    with daemon(tmp_path, shop) as running:
        until(lambda: running.get("/readyz")[0] == 200, "ready")
        running.config.write_text(running.config.read_text().replace("judge_every", "juge_every"))
        running.process.send_signal(signal.SIGHUP)
        log = tmp_path / "daemon.log"
        until(lambda: "reload_refused" in log.read_text(), "the refusal in the log")
        assert "did you mean 'judge_every'" in log.read_text()
        assert running.get("/readyz")[0] == 200
        text = (
            running.config.read_text().replace("juge_every", "judge_every").replace('name = "shop"', 'name = "store"')
        )
        running.config.write_text(text)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: running.metric('tunewright_up{cluster="store"') == 1, "the new cluster")
        assert running.metric('tunewright_up{cluster="shop"') is None


def test_a_server_that_is_down_is_said_and_found_again(tmp_path: Path) -> None:
    with servers.postgres(18) as server:
        url = server.url(tcp=True)
        server.halt("immediate")
        with daemon(tmp_path, url) as running:
            until(lambda: running.metric("tunewright_up{") == 0, "up is 0")
            assert running.get("/healthz")[0] == 200
            failing = 'tunewright_source_failing{cluster="shop",server="primary",source="activity"}'
            until(lambda: running.metric(failing) == 1, "the source fails")
            server.resume()
            until(lambda: running.metric("tunewright_up{") == 1, "up is 1 again")
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(120) == 0
        assert server.password not in (tmp_path / "daemon.log").read_text()


def test_after_kill_9_the_history_goes_on(shop: str, tmp_path: Path) -> None:
    for _ in range(2):
        with daemon(tmp_path, shop) as running:
            until(lambda: "indexes/duplicate" in running.findings(), "findings")
            running.process.kill()
            running.process.wait(120)
    log = (tmp_path / "daemon.log").read_text()
    assert "history_set_aside" not in log
    assert "Traceback" not in log


def test_a_port_in_use_is_one_line(shop: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = tmp_path / "tunewright.toml"
        config.write_text(configuration(tmp_path, shop, taken.getsockname()[1]))
        result = subprocess.run(
            [TUNEWRIGHT, "run", "--config", config], capture_output=True, text=True, timeout=60, check=False
        )
    assert result.returncode == 2
    assert "choose another web.port" in result.stderr
    assert "Traceback" not in result.stderr
