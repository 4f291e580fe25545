"""End to end: a lock chain in a real database reaches three receivers within a minute, once, and resolves, across a kill -9 of the daemon."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

import receivers
import servers
from live.test_daemon import daemon, until

pytestmark = [pytest.mark.live, pytest.mark.slow]
WITHIN_SECONDS = 60.0
DDL = 'tunewright_event_timestamp_seconds{cluster="shop",kind="ddl"'
SECRET = "hunter2-literal"
NOTIFICATIONS = """
sources = {{ relations = {{ interval = "2s" }} }}
[notifications]
incidents_every = "2s"
incidents = ["availability/unreachable", "locks/blocking_chain"]
settle = "5s"
[[notifications.channels]]
name = "chat"
kind = "slack"
url_from = {{ env = "CHAT_URL" }}
allow_addresses = ["127.0.0.1/32"]
[[notifications.channels]]
name = "pager"
kind = "pagerduty"
key_from = {{ env = "PAGER_KEY" }}
url = "{pager}/v2/enqueue"
allow_addresses = ["127.0.0.1/32"]
[[notifications.channels]]
name = "mail"
kind = "smtp"
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "Tunewright <tunewright@example.net>"
to = ["dba@example.net"]
[[notifications.routes]]
channels = ["chat", "pager", "mail"]
checks = ["locks/blocking_chain"]
wait = "1s"
"""

DOWN = """
[checks."availability/unreachable"]
seconds_min = "2s"
[notifications]
incidents_every = "1s"
settle = "1s"
[[notifications.channels]]
name = "hook"
kind = "webhook"
url = "{hook}"
allow_addresses = ["127.0.0.1/32"]
[[notifications.routes]]
channels = ["hook"]
checks = ["availability/*"]
wait = "0s"
"""


@dataclass
class Receivers:
    """The three of them."""

    chat: receivers.Receiver
    pager: receivers.Receiver
    mail: receivers.Mailbox

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many messages each has."""
        return len(self.chat.received), len(self.pager.received), len(self.mail.mails)

    @property
    def actions(self) -> list[str]:
        """What the pager was asked to do."""
        return [one.json["event_action"] for one in self.pager.received]


@pytest.fixture
def reached() -> Iterator[Receivers]:
    with receivers.http() as chat, receivers.http() as pager, receivers.smtp() as mail:
        yield Receivers(chat, pager, mail)


@contextmanager
def blocked(url: str) -> Iterator[None]:
    """A session waits for a row that another holds; both end at the end."""
    with psycopg.connect(url, application_name="<!channel> *batch*") as holder:
        holder.execute("UPDATE stock SET note = 'x' WHERE id = 1")
        waiter = psycopg.connect(url, application_name="web")

        def wait() -> None:
            with waiter:
                waiter.execute(f"UPDATE stock SET note = '{SECRET}' WHERE id = 1".encode())

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            yield
        finally:
            holder.rollback()
            thread.join(120)


@pytest.fixture
def stock(database18: str) -> str:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("CREATE TABLE stock (id int PRIMARY KEY, note text)")
        connection.execute("INSERT INTO stock VALUES (1, 'a')")
    return database18


def test_a_lock_chain_is_told_once_and_resolved_across_a_kill(
    stock: str, reached: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_URL", f"{reached.chat.url}/services/T0/B0/secretpath")
    monkeypatch.setenv("PAGER_KEY", "r0ut1ngkey")
    more = NOTIFICATIONS.format(pager=reached.pager.url, mail=reached.mail.port)
    started = time.time()
    with ExitStack() as held:
        with daemon(tmp_path, stock, more) as running:
            until(lambda: running.get("/readyz")[0] == 200, "ready")
            begun = time.monotonic()
            held.enter_context(blocked(stock))
            until(lambda: reached.counts == (1, 1, 1), "all three are told")
            took = time.monotonic() - begun
            assert took < WITHIN_SECONDS
            for one in ("chat", "pager", "mail"):  # a kill before it is booked would rightly send it again
                until(
                    lambda one=one: running.metric(f'tunewright_notifications{{channel="{one}",state="sent"}}') == 1,
                    "booked",
                )
            running.process.send_signal(signal.SIGKILL)
            running.process.wait(120)
        with daemon(tmp_path, stock, more) as running:  # another life, the same outbox: the chain still stands
            until(lambda: running.get("/readyz")[0] == 200, "ready again")
            time.sleep(6)  # three looks of the quick lane
            assert reached.counts == (1, 1, 1)
            with psycopg.connect(stock, autocommit=True) as connection:
                connection.execute("CREATE TABLE fresh (id int)")
            held.close()
            until(lambda: reached.counts == (2, 2, 2), "all three are told that it is over")
            until(lambda: running.metric('tunewright_notifications{channel="chat",state="sent"}') == 2, "counted")
            until(lambda: (running.metric(DDL) or 0) > started, "the DDL is an event")
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(120) == 0
    print(f"the lock chain was told after {took:.1f} s")
    assert reached.actions == ["trigger", "resolve"]
    assert len({one.json["dedup_key"] for one in reached.pager.received}) == 1
    first, last = reached.mail.mails
    assert first["Subject"].startswith("[MEDIUM] shop: 1 session waits")
    assert last["Subject"].startswith("Resolved: ")
    assert first["References"] == last["References"]
    _nothing_leaks(reached, tmp_path)


def test_a_server_that_goes_is_told_and_that_it_is_back(tmp_path: Path) -> None:
    with servers.postgres(18) as server, receivers.http() as hook:
        more = DOWN.format(hook=hook.url)
        with daemon(tmp_path, server.url(tcp=True), more) as running:
            until(lambda: running.metric("tunewright_up{") == 1, "up")
            server.halt("immediate")
            until(lambda: len(hook.received) == 1, "it is told")
            server.resume()
            until(lambda: len(hook.received) == 2, "that it is back is told")
            time.sleep(3)
            running.process.send_signal(signal.SIGTERM)  # a killed one would leave its twin to the next that starts
            assert running.process.wait(120) == 0
    events = [(one.json["event"], one.json["severity"]) for one in hook.received]
    assert events == [("opened", "critical"), ("resolved", "critical")]
    assert "has not answered" in hook.received[0].json["title"]
    assert server.password not in (tmp_path / "daemon.log").read_text() + hook.received[0].body.decode()


def _nothing_leaks(reached: Receivers, folder: Path) -> None:
    bodies = [one.body.decode() for one in (*reached.chat.received, *reached.pager.received)]
    written = [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    for text in (*bodies, *(mail.as_string() for mail in reached.mail.mails), *written):
        assert SECRET not in text
    for text in written:
        assert "secretpath" not in text
        assert "r0ut1ngkey" not in text
    fallback: Any = reached.chat.received[0].json["text"]
    assert "<!channel>" not in fallback
    assert "Traceback" not in (folder / "daemon.log").read_text()
