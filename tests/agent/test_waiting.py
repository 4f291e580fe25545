"""Waiting for a store that is not there: a port where nobody listens; what is said there, and how long the looks lie apart."""

import threading
import urllib.error
import urllib.request
from itertools import islice
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tunewright_agent.config.settings import HistorySettings, Settings, WebSettings
from tunewright_agent.daemon import Daemon
from tunewright_agent.history.database import AwayError, HistoryError
from tunewright_agent.waiting import FIRST_SECONDS, LONGEST_SECONDS, Waiting, look, pauses
from tunewright_agent.wiring import pages_of

NOBODY = "postgresql://me:hush-hush@127.0.0.1:1/tunewright"


def settings(url: str = NOBODY) -> Settings:
    return Settings(history=HistorySettings(url=url), web=WebSettings(port=0))


def test_the_looks_lie_ever_further_apart_up_to_a_bound_and_never_in_step() -> None:
    first, second = list(islice(pauses(), 40)), list(islice(pauses(), 40))
    assert FIRST_SECONDS / 2 <= first[0] <= FIRST_SECONDS
    assert max(first) <= LONGEST_SECONDS
    assert min(first[6:]) >= LONGEST_SECONDS / 2
    assert first != second


def test_nobody_there_is_away_and_an_address_that_cannot_be_read_is_not() -> None:
    with pytest.raises(AwayError, match="cannot be used now"):
        look(settings())
    with pytest.raises(HistoryError, match="percent-encoded") as caught:
        look(settings("postgresql://me:hu%zzsh@127.0.0.1:1/t"))
    assert not isinstance(caught.value, AwayError)


def test_a_file_that_cannot_be_used_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()
    with pytest.raises(HistoryError) as caught:
        look(Settings(history=HistorySettings(path=tmp_path / "history.db")))
    assert not isinstance(caught.value, AwayError)


def test_the_pages_say_what_is_waited_for() -> None:
    waiting = Waiting("the store is down")
    server = pages_of(WebSettings(port=0), waiting.state, lambda: waiting.reason).start()
    try:
        found = {}
        for page in ("/healthz", "/readyz", "/findings", "/metrics", "/nothing"):
            try:
                with urllib.request.urlopen(server.url + page, timeout=10) as answer:
                    found[page] = (answer.status, answer.read().decode())
            except urllib.error.HTTPError as error:
                found[page] = (error.code, error.read().decode())
    finally:
        server.stop()
    assert found["/healthz"] == (200, "alive, and waiting: the store is down\n")
    assert found["/readyz"] == (503, "not ready, nothing is read yet: the store is down\n")
    assert found["/findings"] == found["/readyz"]
    assert found["/metrics"][0] == 200
    assert "\ntunewright_history_error 1" in found["/metrics"][1]
    assert found["/nothing"][0] == 404


def test_it_is_told_once_for_each_reason_and_not_at_each_look() -> None:
    waiting = Waiting("down")
    with capture_logs() as told:
        for reason in ("down", "down", "starting", "starting"):
            waiting.reason = reason
            waiting._tell(1.0)
    assert [one["reason"] for one in told] == ["down", "starting"]


def test_the_daemon_waits_until_it_is_told_to_stop_and_keeps_the_secret() -> None:
    daemon = Daemon(settings())
    with capture_logs() as told:
        running = threading.Thread(target=daemon.run)
        running.start()
        running.join(0.3)
        assert running.is_alive(), "it waits"
        daemon.stop()
        running.join(10)
    assert not running.is_alive()
    assert [one["event"] for one in told] == ["history_awaited", "draining", "stopped"]
    assert "hush" not in str(told)
