"""Our notifier against Debian's Alertmanager: what it takes, groups, silences and resolves, asked by amtool and its API."""

import ipaddress
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import receivers
from messages import alert, hostile, message
from tunewright_agent.embedded.port import free_port
from tunewright_alerts.message import Event
from tunewright_alerts.notifiers.alertmanager import Alertmanager, name

pytestmark = [pytest.mark.live, pytest.mark.slow]
PATIENCE_SECONDS = 120.0
LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)
CONFIG = """
route: {{receiver: hook, group_by: [product, cluster], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}', send_resolved: true}}]}}]
"""


@pytest.fixture
def hook() -> Iterator[receivers.Receiver]:
    with receivers.http() as made:
        yield made


@pytest.fixture
def running(program: Callable[[str], str], hook: receivers.Receiver, tmp_path: Path) -> Iterator[str]:
    """An Alertmanager's address; it passes everything to `hook`."""
    config = tmp_path / "alertmanager.yml"
    config.write_text(CONFIG.format(url=hook.url))
    port = free_port()
    process = subprocess.Popen(
        [program("prometheus-alertmanager"), f"--config.file={config}", f"--storage.path={tmp_path}/data",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _until(lambda: _ready(url))
        yield url
    finally:
        process.kill()
        process.wait(120)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _alerts(url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def test_it_takes_repeats_silences_and_resolves_our_alerts(
    running: str, hook: receivers.Receiver, amtool: Callable[..., str]
) -> None:
    now = datetime.now(UTC)
    notifier = Alertmanager(running, None, LOOPBACK)
    two = tuple(alert(one, opened_at=now) for one in ("a", "b"))
    opened = replace(message(Event.OPENED, *two), at=now)
    notifier.send(opened)
    notifier.send(opened)  # a repetition makes no other alert
    listed = amtool("alert", "query", f"--alertmanager.url={running}", "alertname=LocksBlockingChain", "-o", "json")
    found = json.loads(listed)
    assert len(found) == 2
    assert found[0]["labels"]["severity"] == "critical"
    assert found[0]["generatorURL"].startswith("https://tw.example.net/findings")
    _until(lambda: len(hook.received) == 1)
    assert len(hook.received[0].json["alerts"]) == 2
    amtool("silence", "add", f"--alertmanager.url={running}", "--author=x", "--comment=x", f"subject={two[0].subject}")
    _until(lambda: {one["status"]["state"] for one in _alerts(running)} == {"active", "suppressed"})
    notifier.send(replace(message(Event.RESOLVED, two[1]), at=datetime.now(UTC)))
    _until(lambda: len(hook.received) >= 2)
    assert [one["status"] for one in hook.received[1].json["alerts"]] == ["resolved"]


def test_it_takes_hostile_text_and_a_test(running: str) -> None:
    notifier = Alertmanager(running, None, LOOPBACK)
    now = datetime.now(UTC)
    bad = hostile()
    notifier.send(replace(bad, at=now, open=tuple(replace(one, opened_at=now) for one in bad.open)))
    notifier.send(replace(message(Event.TEST), at=now))
    assert {one["labels"]["alertname"] for one in _alerts(running)} == {"LocksBlockingChain", "TunewrightTest"}


def test_names_are_those_of_alerts() -> None:
    assert name("availability/unreachable") == "AvailabilityUnreachable"
    assert name("") == "Tunewright"
