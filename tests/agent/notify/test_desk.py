"""From a judgement to the receiver, by the real parts; and the commands of notifications as a user runs them."""

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import receivers
import states
from tunewright_agent.cli import notify, silence
from tunewright_agent.cli.app import app
from tunewright_agent.clock import Clock, now
from tunewright_agent.config.load import read
from tunewright_agent.config.settings import Settings
from tunewright_agent.notify.alerts import alerts_of
from tunewright_agent.notify.desk import Desk
from tunewright_agent.pipeline import DISABLED
from tunewright_agent.state import Judgement
from tunewright_agent.wiring import desk_of
from tunewright_analyzers.check import PARTLY
from tunewright_analyzers.facts.ids import CheckId, ClusterId, InstanceId
from tunewright_analyzers.finding import NotJudged, Subject

assert notify is not None  # importing them adds their commands
assert silence is not None
PATIENCE_SECONDS = 120.0
SHOP, PRIMARY = ClusterId("shop"), InstanceId("primary")


def _text(folder: Path, url: str) -> str:
    return f"""
[history]
path = "{folder}/t.db"
[[clusters]]
name = "shop"
url = "postgresql://h/d"
[notifications]
settle = "0s"
[[notifications.channels]]
name = "hook"
kind = "webhook"
url = "{url}"
allow_addresses = ["127.0.0.1/32"]
[[notifications.routes]]
channels = ["hook"]
wait = "0s"
least_severity = "low"
"""


def _opened(settings: Settings) -> Desk:
    """As the daemon opens it."""
    desk = desk_of(settings)
    assert desk is not None
    desk.open(frozenset(cluster.name for cluster in settings.clusters))
    return desk


def _settings(folder: Path, url: str) -> Settings:
    return read(_text(folder, url), "t.toml", {})


def _judged() -> Judgement:
    found = states.shop().instances[0].judgement
    assert found is not None
    return found


def test_alerts_carry_facts_with_units_and_the_advice() -> None:
    judgement = _judged()
    missing = next(one for one in alerts_of(SHOP, PRIMARY, judgement, now()) if one.check == "indexes/missing")
    assert ("size of the table", "2 GB") in missing.facts
    assert missing.advice[0].startswith("CREATE INDEX CONCURRENTLY")
    assert missing.key == f"shop/primary/{missing.finding}"


def test_a_judgement_is_told_by_group_and_incidents_are_the_quick_lanes(tmp_path: Path) -> None:
    with receivers.http() as receiver:
        desk = _opened(_settings(tmp_path, receiver.url))
        assert desk is not None
        clock = Clock()
        desk.start(clock)
        clock.start()
        judgement = replace(_judged(), judged_at=now() - timedelta(seconds=1))
        desk.judged(SHOP, PRIMARY, judgement, incident=False)
        desk.judged(
            SHOP, PRIMARY, replace(judgement, findings=()), incident=True
        )  # speaks for nothing of the other lane
        groups = {
            one.check.partition("/")[0]
            for one in judgement.findings
            if one.severity.rank >= 1 and one.check not in desk.settings.incidents
        }
        end = time.monotonic() + PATIENCE_SECONDS
        while len(receiver.received) < len(groups) and time.monotonic() < end:
            time.sleep(0.05)
        clock.stop()
        assert desk.stop(PATIENCE_SECONDS)
    assert {one["check"].partition("/")[0] for each in receiver.received for one in each.json["open"]} == groups
    assert len(receiver.received) == len(groups)
    assert not {one["check"] for each in receiver.received for one in each.json["open"]} & set(desk.settings.incidents)


def test_a_slow_channel_delays_no_other(tmp_path: Path) -> None:
    held = threading.Event()
    with receivers.http() as slow, receivers.http() as quick:
        slow.on_request = lambda: bool(held.wait(PATIENCE_SECONDS))
        more = f'[[notifications.channels]]\nname = "slow"\nkind = "webhook"\nurl = "{slow.url}"\nallow_addresses = ["127.0.0.1/32"]\n'
        text = _text(tmp_path, quick.url).replace('channels = ["hook"]', 'channels = ["slow", "hook"]')
        desk = _opened(read(text + more, "t.toml", {}))
        assert desk is not None
        clock = Clock()
        desk.start(clock)
        clock.start()
        judgement = replace(_judged(), judged_at=now() - timedelta(seconds=1))
        desk.judged(SHOP, PRIMARY, judgement, incident=False)
        end = time.monotonic() + PATIENCE_SECONDS
        while (len(quick.received) < 3 or not slow.received) and time.monotonic() < end:
            time.sleep(0.02)
        counted = len(slow.received)
        told = {one.name: one for one in desk.states()}
        held.set()
        clock.stop()
        assert desk.stop(PATIENCE_SECONDS)
    assert len(quick.received) >= 3
    assert counted == 1
    assert told["slow"].messages["sending"] == 1
    assert told["slow"].messages["waiting"] >= 2


def test_what_hides_an_alert_and_what_does_not(tmp_path: Path) -> None:
    """Of the moment: a check that could not look hides it; one that saw a part as ever, or was switched off, does not."""
    desk = _opened(_settings(tmp_path, "http://127.0.0.1:1/"))
    assert desk is not None
    check = CheckId("locks/blocking_chain")
    finding = replace(_judged().findings[0], check=check)
    at = now() - timedelta(minutes=1)

    def standing(because: str | None) -> int:
        found = Judgement(at, (finding,), (), ())
        desk.judged(SHOP, PRIMARY, found, incident=True)
        blind = (NotJudged(check, Subject("cluster", "shop"), because, SHOP),) if because else ()
        desk.judged(SHOP, PRIMARY, Judgement(at, (), (), blind), incident=True)
        return len(desk.outbox.standing())

    assert standing("sessions could not be read: down") == 1
    assert standing(f"sessions {PARTLY}: hidden") == 0
    assert standing(DISABLED) == 0
    assert standing(None) == 0
    desk.outbox.close()


def test_without_channels_there_is_no_desk_and_no_file(tmp_path: Path) -> None:
    assert desk_of(Settings()) is None
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def run(tmp_path: Path) -> CliRunner:
    return CliRunner(env={"USER": "ada"})


def test_the_commands(run: CliRunner, tmp_path: Path) -> None:
    with receivers.http() as receiver:
        config = tmp_path / "t.toml"
        config.write_text(_text(tmp_path, receiver.url))
        at = ["--config", str(config)]
        told = run.invoke(app, ["notify", "test", "hook", *at])
        assert told.exit_code == 0, told.output
        assert receiver.received[0].json["event"] == "test"
        assert run.invoke(app, ["notify", "test", "hok", *at]).exit_code == 2
        receiver.answers = [(404, {})]
        assert run.invoke(app, ["notify", "test", "hook", *at]).exit_code == 3
        assert run.invoke(app, ["silence", "list", *at]).exit_code == 2  # the daemon has made no file yet
        desk = _opened(_settings(tmp_path, receiver.url))
        assert desk is not None
        made = run.invoke(
            app, ["silence", "add", *at, "--check", "locks/*", "--for", "1h", "--reason", "release [bold]42"]
        )
        assert made.exit_code == 0, made.output
        listed = json.loads(run.invoke(app, ["silence", "list", *at, "--format", "json"]).stdout)
        assert [(one["checks"], one["by"], one["reason"]) for one in listed] == [
            (["locks/*"], "ada", "release [bold]42")
        ]
        assert "[bold]42" in run.invoke(app, ["silence", "list", *at]).stdout
        assert run.invoke(app, ["silence", "add", *at, "--reason", "x"]).exit_code == 2
        assert (
            run.invoke(app, ["silence", "add", *at, "--reason", "x", "--cluster", "*", "--for", "soon"]).exit_code == 2
        )
        assert run.invoke(app, ["silence", "expire", listed[0]["id"], *at]).exit_code == 0
        assert run.invoke(app, ["silence", "expire", listed[0]["id"], *at]).exit_code == 2
        assert run.invoke(app, ["notify", "list", *at]).exit_code == 0
        desk.outbox.close()
