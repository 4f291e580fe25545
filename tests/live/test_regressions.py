"""End to end: a statement loses its index in a real PostgreSQL; the passes of the daemon find it, and a Slack-like receiver is told once.

The daemon's own watch, history, twin, checks, desk and sender; only its clock is driven: a minute of history is as many executions as there
would be in it, so that three hours take seconds. Floors of load are lowered by what that leaves out: the statements run a few milliseconds
in a minute. No time is asserted.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

import reading
import receivers
from tunewright_agent.clock import now
from tunewright_agent.config.load import read
from tunewright_agent.config.settings import Settings
from tunewright_agent.history.outbox import Outbox, outbox_path
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.notify.channels import notifier_of, plan_of
from tunewright_agent.notify.desk import Desk
from tunewright_agent.notify.sending import Sender
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import INSTANCE, history_of, watch_of
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.sql.fingerprint import fingerprint

pytestmark = [pytest.mark.live, pytest.mark.slow]
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric);
INSERT INTO orders SELECT g, g % 20000, g % 977 FROM generate_series(1, 60000) g;
CREATE INDEX orders_customer ON orders (customer);
ANALYZE orders;
"""
SLOWED = "SELECT count(*), sum(total) FROM orders WHERE customer = {}"
STEADY = "SELECT total FROM orders WHERE id = {}"
A_MINUTE = 8
LEARN, SLOW, MENDED = 90, 30, 75
"""Minutes of history."""
SETTINGS = """
[history]
path = "{folder}/t.db"
[[clusters]]
name = "shop"
url = "{url}"
databases = ["{database}"]
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


@dataclass
class Shop:
    """A database under work and its watch, minute by minute of a driven clock."""

    connection: psycopg.Connection
    settings: Settings
    at: datetime
    watch: Watch = field(init=False)
    desk: Desk = field(init=False)
    sender: Sender = field(init=False)
    turn: int = 0

    def now(self) -> datetime:
        """The driven clock."""
        return self.at

    def minutes(self, count: int) -> None:
        """Work, read, and every five minutes judge and tell, as the daemon does by default (plans only every ten)."""
        sources = {one.name: one for one in self.watch.sources}
        passes = {one.name: one for one in self.watch.analyst.sources()}
        for _ in range(count):
            for _ in range(A_MINUTE):
                self.turn += 7919
                self.connection.execute(SLOWED.format(self.turn % 20_000).encode())
                self.connection.execute(STEADY.format(self.turn % 60_000 + 1).encode())
            self.at += timedelta(minutes=1)
            self.watch.read(sources["statements"])
            if self.at.minute % 5 == 0:
                self.watch.read(sources["relations"])
                if self.at.minute % 10 == 0:
                    self.watch.analyse(passes["plans"])
                self.watch.analyse(passes["regressions"])
                self.tell()

    def tell(self) -> None:
        """Judge, and send what is due."""
        self.watch.judge()
        self.desk.outbox.plan(plan_of(self.settings.notifications), self.at)
        while self.sender.once():
            pass


def opened_shop(url: str, folder: Path, stack: ExitStack, settings_text: str) -> Shop:
    """A database with its watch; everything ends with the stack."""
    connection = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=None))
    connection.execute(SCHEMA.encode())
    settings = read(settings_text.format(folder=folder, url=url, database=reading.name_of(url)), "t.toml", {})
    found = Shop(connection, settings, now().replace(second=0, microsecond=0) + timedelta(minutes=20))
    found.desk = Desk(Outbox(outbox_path(settings.history.path)), settings.notifications, found.now)
    found.desk.open(frozenset({"shop"}))
    stack.callback(found.desk.outbox.close)
    found.sender = Sender(settings.notifications.channels[0], found.desk.outbox, notifier_of, found.now, 3600.0)
    memory = Remembered(stack.enter_context(history_of(settings.history)), ClusterId("shop"), INSTANCE, Fault())
    found.watch = watch_of(settings.clusters[0], settings, memory, found.desk)
    stack.callback(found.watch.stop, 10.0)
    found.watch.now = found.now
    for source in found.watch.sources:
        found.watch.read(source)
    return found


@pytest.fixture
def chat() -> Iterator[receivers.Receiver]:
    with receivers.http() as receiver:
        yield receiver


def test_a_lost_index_is_told_once_with_both_plans_and_resolved(
    database18: str, chat: receivers.Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_URL", f"{chat.url}/services/T0/B0/x")
    slowed = fingerprint(SLOWED.format(1))

    def told() -> list[str]:
        """Of the statement that lost its index; what else a busy machine slows is not this test's."""
        return [text for text in (one.body.decode() for one in chat.received) if slowed in text]

    with ExitStack() as stack:
        shop = opened_shop(database18, tmp_path, stack, SETTINGS)
        shop.minutes(LEARN)
        assert told() == []
        shop.connection.execute("DROP INDEX orders_customer")
        shop.minutes(SLOW)
        (opened,) = told()
        shop.connection.execute("CREATE INDEX orders_customer ON orders (customer)")
        shop.minutes(MENDED)
        _, resolved = told()
    assert "has another plan" in opened
    assert "orders_customer" in opened
    assert "Seq Scan on orders" in opened
    assert "Resolved" in resolved
