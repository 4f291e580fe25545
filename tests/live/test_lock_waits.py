"""A storm of table locks on a real PostgreSQL: no statement's latency rises, sessions that wait do; one message says so, and one that it is over.

As live/test_regressions.py: the daemon's own parts, a driven clock. Each minute of the storm somebody locks the table while two sessions want
to write to it; the sampler sees them wait, and what the server says of times is moved to the driven clock.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import receivers
from live.test_regressions import SETTINGS, Shop, chat, opened_shop
from tunewright_agent.clock import now
from tunewright_agent.sources.source import Source
from tunewright_analyzers.sql.fingerprint import fingerprint

pytestmark = [pytest.mark.live, pytest.mark.slow]
__all__ = ["chat"]
UPDATE = "UPDATE orders SET total = total + 1 WHERE id = {}"
LEARN, STORM, OVER = 90, 120, 120
"""Minutes of history; the storm and what follows last until a message comes, at most so long (bench/regressions: 53 to 79)."""
SAMPLES = 1
"""A minute."""


@dataclass
class MovedReader:
    """A reader whose rows say of times what a server of the driven clock would."""

    reader: Any
    moved: timedelta

    @property
    def server(self) -> Any:
        return self.reader.server

    @contextmanager
    def session(self) -> Iterator["MovedReader"]:
        with self.reader.session() as session:
            yield MovedReader(session, self.moved)

    def query(self, name: str, **options: Any) -> list[dict[str, Any]]:
        rows = self.reader.query(name, **options)
        return [
            {key: one + self.moved if isinstance(one, datetime) else one for key, one in row.items()} for row in rows
        ]


@dataclass
class Storm:
    """Two writers and somebody who locks their table."""

    url: str
    shop: Shop
    connections: list[psycopg.Connection] = field(default_factory=list)
    turn: int = 0

    def waiting(self) -> int:
        found = self.shop.connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
        assert found is not None
        return int(found[0])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The table is locked and both writers wait for it."""
        holder, *writers = self.connections
        with holder.transaction(force_rollback=True):
            holder.execute("LOCK TABLE orders IN EXCLUSIVE MODE")
            threads = [threading.Thread(target=self._write, args=(one, number)) for number, one in enumerate(writers)]
            for thread in threads:
                thread.start()
            while self.waiting() < len(writers):
                time.sleep(0.002)
            yield
        for thread in threads:
            thread.join(20)

    def _write(self, connection: psycopg.Connection, number: int) -> None:
        connection.execute(UPDATE.format(number + 1).encode())

    def minutes(self, count: int, *, storm: bool) -> None:
        """Sample, read statements, and every five minutes judge and tell."""
        shop = self.shop
        sources = {one.name: one for one in shop.watch.sources}
        passes = {one.name: one for one in shop.watch.analyst.sources()}
        for _ in range(count):
            for writer in self.connections[1:]:
                self._write(writer, 0)
            with ExitStack() as held:
                if storm:
                    held.enter_context(self.locked())
                for _ in range(SAMPLES):
                    shop.at += timedelta(minutes=1) / SAMPLES
                    shop.watch.read(self._moved(sources["activity"]))
            shop.watch.read(sources["statements"])
            if round(shop.at.timestamp() / 60) % 5 == 0:
                shop.watch.analyse(passes["regressions"])
                shop.tell()

    def until(self, told: Callable[[], bool], most: int, *, storm: bool) -> None:
        """Minutes until a message has come."""
        for _ in range(most // 5):
            self.minutes(5, storm=storm)
            if told():
                return

    def _moved(self, source: Source[Any]) -> Source[Any]:
        return replace(source, collect=lambda reader, at: source.collect(MovedReader(reader, at - now()), at))


def test_sessions_that_wait_for_a_table_are_told_once_and_resolved(
    database18: str, chat: receivers.Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_URL", f"{chat.url}/services/T0/B0/x")
    with ExitStack() as stack:
        shop = opened_shop(database18, tmp_path, stack, SETTINGS)
        storm = Storm(database18, shop)
        for name in ("locker", "writer", "writer"):
            one = psycopg.connect(database18, autocommit=True, prepare_threshold=None, application_name=name)
            storm.connections.append(stack.enter_context(one))

        def told() -> list[str]:
            return [
                text for text in (one.body.decode() for one in chat.received) if "wait for locks than usual" in text
            ]

        storm.minutes(LEARN, storm=False)
        assert chat.received == []
        storm.until(lambda: len(told()) > 0, STORM, storm=True)
        storm.minutes(15, storm=True)
        (opened,) = told()
        assert len(chat.received) == 1  # no statement is told as slower
        storm.until(lambda: len(told()) > 1, OVER, storm=False)
        _, resolved = told()
    identity = fingerprint(UPDATE.format(1))
    assert f"most at statement {identity}" in opened
    assert "behind sessions of postgres" in opened
    assert "Resolved" in resolved
