"""A daemon that is started while its shared store is away: it waits, says so, reads nothing, and begins once the store is there."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import servers
from live.test_daemon import configuration, daemon, free_port, until
from tunewright_agent.embedded.server import EmbeddedServer

pytestmark = [pytest.mark.live, pytest.mark.slow]
FAILING = "tunewright_history_error"


@pytest.fixture(scope="module")
def store() -> Iterator[EmbeddedServer]:
    """A server that is the store alone, and may be halted."""
    with servers.postgres(18) as server:
        yield server


@pytest.fixture
def away(store: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    """The store, halted, and named in the environment of a daemon."""
    monkeypatch.setenv("TUNEWRIGHT_HISTORY__URL", store.url(tcp=True))
    store.halt("immediate")
    yield store
    if store.pid is None:
        store.resume()


def sessions(url: str) -> int:
    """How many of the agent's sessions the target has."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return row[0] if row is not None else -1


def test_it_waits_says_so_and_begins_when_the_store_is_there(
    away: EmbeddedServer, database18: str, tmp_path: Path
) -> None:
    log = tmp_path / "daemon.log"
    with daemon(tmp_path, database18) as running:
        until(lambda: running.get("/healthz")[0] == 200, "alive")
        status, body = running.get("/healthz")
        assert (status, body.startswith("alive, and waiting: postgresql://127.0.0.1:")) == (200, True)
        for page in ("/readyz", "/findings", "/findings?format=json"):
            status, body = running.get(page)
            assert (status, body.startswith("not ready, nothing is read yet: ")) == (503, True)
        assert running.metric(FAILING) == 1
        assert running.metric("tunewright_up{") is None
        until(lambda: "history_awaited" in log.read_text(), "the log says so")
        assert sessions(database18) == 0, "nothing is read that could not be kept"
        away.resume()
        until(lambda: running.get("/readyz")[0] == 200, "it has begun")
        assert running.get("/healthz")[1] == "alive\n"
        until(lambda: running.metric(FAILING) == 0, "the store is written")
        until(lambda: running.metric('tunewright_lease_held{cluster="shop"}') == 1, "it acts")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(120) == 0
    told = log.read_text()
    assert '"event": "history_found"' in told
    assert "Traceback" not in told
    assert away.password not in told


@pytest.mark.usefixtures("away")
def test_it_can_be_stopped_and_given_other_settings_meanwhile(database18: str, tmp_path: Path) -> None:
    with daemon(tmp_path, database18) as running:
        until(lambda: running.get("/healthz")[0] == 200, "alive")
        running.config.write_text(running.config.read_text().replace("judge_every", "juge_every"))
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "reload_refused" in (tmp_path / "daemon.log").read_text(), "wrong settings are refused")
        other = free_port()
        running.config.write_text(
            running.config.read_text()
            .replace("juge_every", "judge_every")
            .replace(f"port = {running.port}", f"port = {other}")
        )
        running.process.send_signal(signal.SIGHUP)
        running.port = other
        until(lambda: running.get("/healthz")[0] == 200, "it waits on the new port")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(120) == 0


def test_what_no_waiting_mends_ends_it_with_the_mend(
    store: EmbeddedServer, database18: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = store.url(tcp=True)
    for url, said in (
        (right.replace(store.password, "wrong"), "history.password_from"),
        (right.rpartition("/")[0] + "/no_such_database", "CREATE DATABASE tunewright"),
    ):
        monkeypatch.setenv("TUNEWRIGHT_HISTORY__URL", url)
        with daemon(tmp_path, database18) as running:
            assert running.process.wait(120) == 2
        assert said in (tmp_path / "daemon.log").read_text()
        (tmp_path / "daemon.log").unlink()


def test_a_reload_that_names_a_store_that_is_away_changes_nothing(
    store: EmbeddedServer, database18: str, tmp_path: Path
) -> None:
    gone = store.url(tcp=True).replace(f":{store.port}/", f":{free_port()}/")
    with daemon(tmp_path, database18) as running:
        until(lambda: running.get("/readyz")[0] == 200, "ready")
        text = configuration(tmp_path, database18, running.port)
        running.config.write_text(text.replace("[history]", f'[history]\nurl = "{gone}"'))
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "reload_refused" in (tmp_path / "daemon.log").read_text(), "the refusal in the log")
        assert running.get("/readyz")[0] == 200, "it never stopped"
        assert '"event": "draining"' not in (tmp_path / "daemon.log").read_text()
