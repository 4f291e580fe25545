"""Two daemons, one target, one store: one acts; the other takes over where it is killed, paused or stopped; nothing is doubled, nothing missing."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

import receivers
from live.test_daemon import Running, daemon, until
from live.test_notifications import blocked

pytestmark = [pytest.mark.live, pytest.mark.slow]
GAP_SECONDS = 120.0
MORE = """
sources = {{ statements = {{ interval = "3s" }}, settings = {{ interval = "3s" }} }}
[notifications]
incidents_every = "1s"
incidents = ["locks/blocking_chain"]
settle = "2s"
[[notifications.channels]]
name = "hook"
kind = "webhook"
url = "{hook}"
allow_addresses = ["127.0.0.1/32"]
[[notifications.routes]]
channels = ["hook"]
checks = ["locks/blocking_chain"]
wait = "0s"
"""


@pytest.fixture
def stock(database18: str) -> Iterator[str]:
    """A watched database, and the store beside it."""
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("CREATE TABLE stock (id int PRIMARY KEY, note text)")
        connection.execute("INSERT INTO stock VALUES (1, 'a')")
        connection.execute("CREATE DATABASE store_of_two")
    yield database18
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS store_of_two WITH (FORCE)")


def held(running: Running) -> bool:
    """Whether that daemon acts for the shop."""
    return running.metric('tunewright_lease_held{cluster="shop"}') == 1


def test_one_acts_and_the_other_takes_over(stock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stock.replace(stock.split("?")[0].rpartition("/")[2], "store_of_two", 1)
    monkeypatch.setenv("TUNEWRIGHT_HISTORY__URL", store)
    monkeypatch.setenv("TUNEWRIGHT_HISTORY__TAKEOVER_AFTER", "6s")
    for name in "abc":
        (tmp_path / name).mkdir()
    with receivers.http() as hook, ExitStack() as running, ExitStack() as chain:
        more = MORE.format(hook=hook.url)
        a = running.enter_context(daemon(tmp_path / "a", stock, more))
        until(lambda: held(a), "the first acts")
        b = running.enter_context(daemon(tmp_path / "b", stock, more))
        until(lambda: b.get("/readyz")[0] == 200, "the second is ready, and stands by")
        assert not held(b)
        assert b.metric("tunewright_up{") is None, "who stands by asks nothing"
        chain.enter_context(blocked(stock))
        until(lambda: len(hook.received) == 1, "it is told")
        until(lambda: a.metric('tunewright_notifications{channel="hook",state="sent"}') == 1, "it is booked")
        until(lambda: _points(store) >= 3, "it is remembered")

        a.process.send_signal(signal.SIGKILL)
        a.process.wait(120)
        died = time.monotonic()
        until(lambda: held(b), "the second takes over")
        print(f"killed: taken over after {time.monotonic() - died:.1f} s")
        assert b.metric('tunewright_lease_takeovers_total{cluster="shop"}') == 1

        c = running.enter_context(daemon(tmp_path / "c", stock, more))
        until(lambda: c.get("/readyz")[0] == 200, "a third is ready")
        os.kill(b.process.pid, signal.SIGSTOP)
        paused = time.monotonic()
        until(lambda: held(c), "the third takes over from one that is paused")
        print(f"paused: taken over after {time.monotonic() - paused:.1f} s")
        os.kill(b.process.pid, signal.SIGCONT)
        until(lambda: not held(b), "the paused one knows")
        time.sleep(3)
        assert len(hook.received) == 1, "the chain stands all the time, and was told once"

        c.process.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        assert c.process.wait(120) == 0
        until(lambda: held(b), "who stands by acts when the other stops")
        print(f"stopped: taken over after {time.monotonic() - stopped:.1f} s")
        chain.close()
        until(lambda: len(hook.received) == 2, "that it is over is told")
        time.sleep(3)
        b.process.send_signal(signal.SIGTERM)
        assert b.process.wait(120) == 0
    assert [one.json["event"] for one in hook.received] == ["opened", "resolved"]
    _nothing_is_doubled_or_missing(store)
    with psycopg.connect(store, autocommit=True) as connection:
        twice = connection.execute(
            "SELECT count(*) FROM (SELECT FROM messages GROUP BY key HAVING count(*) > 1) twice"
        ).fetchone()
    assert twice == (0,)
    for name in "abc":
        assert "Traceback" not in (tmp_path / name / "daemon.log").read_text()


TWO = """
sources = {{ statements = {{ interval = "3s" }}, settings = {{ interval = "3s" }} }}
[[clusters]]
name = "store"
url = "{url}"
sources = {{ statements = {{ interval = "3s" }}, settings = {{ interval = "3s" }} }}
"""


def acts_for(running: Running) -> set[str]:
    """The clusters that this daemon acts for."""
    return {name for name in ("shop", "store") if running.metric(f'tunewright_lease_held{{cluster="{name}"}}') == 1}


def test_a_newcomer_is_given_its_share_and_nothing_is_missing(
    stock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stock.replace(stock.split("?")[0].rpartition("/")[2], "store_of_two", 1)
    monkeypatch.setenv("TUNEWRIGHT_HISTORY__URL", store)
    monkeypatch.setenv("TUNEWRIGHT_HISTORY__TAKEOVER_AFTER", "5s")
    for name in "ab":
        (tmp_path / name).mkdir()
    with ExitStack() as running:
        a = running.enter_context(daemon(tmp_path / "a", stock, TWO.format(url=stock)))
        until(lambda: acts_for(a) == {"shop", "store"}, "the first acts for both")
        b = running.enter_context(daemon(tmp_path / "b", stock, TWO.format(url=stock)))
        until(lambda: len(acts_for(a)) == len(acts_for(b)) == 1, "each acts for one")
        assert acts_for(a) | acts_for(b) == {"shop", "store"}
        given = _points(store)
        until(lambda: _points(store) >= given + 4, "both read on")
        a.process.send_signal(signal.SIGTERM)
        assert a.process.wait(120) == 0
        until(lambda: acts_for(b) == {"shop", "store"}, "who is left acts for both")
    assert '"event": "lease_given"' in (tmp_path / "a" / "daemon.log").read_text()
    assert '"event": "lease_lost"' not in (tmp_path / "a" / "daemon.log").read_text()
    for name in "ab":
        assert "Traceback" not in (tmp_path / name / "daemon.log").read_text()
    _nothing_is_doubled_or_missing(store, "shop", least=3)
    _nothing_is_doubled_or_missing(store, "store", least=3)


def _points(store: str) -> int:
    with psycopg.connect(store, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM deltas WHERE section = 'statements'").fetchone()
    return row[0] if row is not None else 0


def _nothing_is_doubled_or_missing(store: str, cluster: str = "shop", least: int = 6) -> None:
    with psycopg.connect(store, autocommit=True) as connection:
        spans = connection.execute(
            "SELECT start, \"end\" FROM deltas WHERE section = 'statements' AND cluster = %s ORDER BY start", (cluster,)
        ).fetchall()
    assert len(spans) >= least
    for (_, end), (start, _) in pairwise(spans):
        assert start == end, "each counts on from where the one before had read to, whoever read"
    longest = max(end - start for start, end in spans)
    print(f"longest span between two readings: {longest:.1f} s")
    assert longest < GAP_SECONDS
