"""The outbox on disk: nothing lost, nothing made twice, order kept, across retries and kill -9."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import receivers
from messages import NOW, alert
from tunewright_agent.config.notifications import ChannelSettings
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.outbox import Observed, Outbox, outbox_path
from tunewright_agent.history.place import Store
from tunewright_agent.history.silences import Silences
from tunewright_agent.notify.channels import notifier_of
from tunewright_agent.notify.sending import Sender, delay
from tunewright_alerts.delivery import Busy, DeliveryError, Notifier, Refused, Unreachable
from tunewright_alerts.message import Alert, Event, Message
from tunewright_alerts.routing import Limit, Plan, Route, Silence

PLAN = Plan((Route("chat", wait_seconds=0), Route("pager", wait_seconds=0)))
ROUNDS = 12


@pytest.fixture
def outbox(store: Store) -> Iterator[Outbox]:
    made = Outbox(store)
    made.open()
    yield made
    made.close()


def _see(outbox: Outbox, seconds: float, *alerts: Alert, looked: bool = True, settle: float = 0.0) -> int:
    at = NOW + timedelta(seconds=seconds)
    outbox.observe(Observed("incident", "shop", "primary", at, alerts, lambda one: looked), settle)
    return outbox.plan(PLAN, at)


def test_it_is_told_once_to_each_channel_and_resolved_once(outbox: Outbox) -> None:
    assert [_see(outbox, second, alert()) for second in (0, 2, 4)] == [2, 0, 0]
    assert [_see(outbox, second) for second in (6, 8)] == [2, 0]
    assert [event for _, event, _ in outbox.events()] == [Event.OPENED, Event.OPENED, Event.RESOLVED, Event.RESOLVED]


def test_a_reopened_store_has_not_forgotten_what_was_told(store: Store) -> None:
    for expected in (2, 0, 0):
        outbox = Outbox(store)
        outbox.open()
        assert _see(outbox, 1, alert()) == expected
        outbox.close()


def test_what_could_not_be_looked_at_stands(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    assert _see(outbox, 10, looked=False) == 0
    assert _see(outbox, 20) == 2


def test_it_must_stay_gone_to_be_resolved(outbox: Outbox) -> None:
    _see(outbox, 0, alert(), settle=30)
    assert _see(outbox, 10, settle=30) == 0
    assert _see(outbox, 20, alert(), settle=30) == 0
    assert _see(outbox, 50, settle=30) == 0
    assert _see(outbox, 79, settle=30) == 0
    assert _see(outbox, 80, settle=30) == 2


def test_the_clock_may_jump(outbox: Outbox) -> None:
    _see(outbox, 0, alert(), settle=30)
    assert _see(outbox, 7200, settle=30) == 0  # an hour forward: gone since now
    assert _see(outbox, 0, settle=30) == 0  # and back
    assert _see(outbox, 30, settle=30) == 2


def test_a_resolution_never_overtakes(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    first = outbox.claim("chat", NOW)
    assert first is not None
    outbox.again(first, "busy", NOW + timedelta(seconds=60))
    _see(outbox, 10)
    assert outbox.claim("chat", NOW + timedelta(seconds=59)) is None
    again = outbox.claim("chat", NOW + timedelta(seconds=60))
    assert again is not None
    assert (again.message.event, again.attempts, again.doubtful) == (Event.OPENED, 2, False)


def test_another_threads_message_is_not_held_up(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    first = outbox.claim("chat", NOW)
    assert first is not None
    outbox.again(first, "busy", NOW + timedelta(seconds=60))
    _see(outbox, 1, alert(), alert("i", check="indexes/unused"))
    other = outbox.claim("chat", NOW + timedelta(seconds=2))
    assert other is not None
    assert other.message.thread != first.message.thread


def test_what_was_being_sent_is_taken_up_again_with_its_key(tmp_path: Path) -> None:
    first = Outbox(tmp_path / "t.db")
    first.open()
    _see(first, 0, alert())
    claimed = first.claim("chat", NOW)
    first.close()  # as a kill leaves it: claimed, neither sent nor failed
    second = Outbox(tmp_path / "t.db")
    second.open()
    again = second.claim("chat", NOW)
    assert claimed is not None
    assert again is not None
    assert again.doubtful
    assert again.message.key == claimed.message.key
    second.close()


def test_clusters_and_channels_that_are_no_more_are_forgotten(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    outbox.forget(frozenset({"orders"}), frozenset({"chat"}), NOW)
    assert {(channel, state) for channel, _, state in outbox.events()} == {("chat", "waiting"), ("pager", "given_up")}
    assert outbox.plan(PLAN, NOW + timedelta(seconds=9)) == 1  # the chat hears that it is over


def test_silences_are_kept_listed_and_ended(outbox: Outbox, store: Store) -> None:
    made = Silences(outbox.database).add(Silence("", NOW, NOW + timedelta(hours=1), "me", "release", ("shop",)))
    other = Outbox(store, Mode.READ)
    other.open()
    assert Silences(other.database).all() == (made,)
    other.close()
    assert _see(outbox, 1, alert()) == 0
    assert Silences(outbox.database).expire("none", NOW) is None
    assert Silences(outbox.database).expire(made.id, NOW + timedelta(seconds=2)) is not None
    assert Silences(outbox.database).expire(made.id, NOW + timedelta(seconds=3)) is None
    assert _see(outbox, 3, alert()) == 2
    outbox.prune(NOW + timedelta(days=8))
    assert Silences(outbox.database).all() == ()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="there is no"):
        Outbox(outbox_path(tmp_path / "tunewright.db"), Mode.WRITE).open()


class Scripted:
    """A notifier that does as it is told, then takes all."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.taken: list[Message] = []

    def send(self, message: Message) -> None:
        """As Notifier."""
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(message)


def _sender(outbox: Outbox, notifier: Notifier, at: list[float]) -> Sender:
    channel = ChannelSettings(name="chat", kind="webhook", url="https://x.example.net/")
    return Sender(channel, outbox, lambda settings: notifier, lambda: NOW + timedelta(seconds=at[0]), 3600)


def test_it_is_tried_again_until_it_is_taken_and_a_bug_costs_only_time(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    notifier, at = Scripted(Unreachable("down"), Busy("429", 100.0), ValueError("a bug")), [0.0]
    sender = _sender(outbox, notifier, at)
    assert sender.once()
    assert not sender.once()  # not due yet
    for seconds in (3, 105, 120):
        at[0] = seconds
        sender.once()
    assert [one.event for one in notifier.taken] == [Event.OPENED]
    assert not sender.once()


def test_it_is_given_up_after_its_time(outbox: Outbox) -> None:
    _see(outbox, 0, alert())
    at = [3600.0]
    assert _sender(outbox, Scripted(Refused("404")), at).once()
    assert ("chat", Event.OPENED, "given_up") in outbox.events()


@pytest.mark.parametrize(
    ("attempts", "error", "least", "most"),
    [
        (1, Unreachable("x"), 1.5, 2.5),
        (3, Unreachable("x"), 6, 10),
        (30, Unreachable("x"), 225, 375),
        (1, Refused("x"), 225, 375),
        (1, Busy("x", 900.0), 900, 900),
    ],
)
def test_delays_grow_with_jitter(attempts: int, error: DeliveryError, least: float, most: float) -> None:
    assert (delay(attempts, error, 0.0), delay(attempts, error, 1.0)) == (least, most)


LIFE = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {tests!r})
from messages import alert
from tunewright_agent.config.notifications import ChannelSettings
from tunewright_agent.history.outbox import Observed, Outbox
from tunewright_agent.notify.channels import notifier_of
from tunewright_agent.notify.sending import Sender
from tunewright_alerts.routing import Limit, Plan, Route
now = lambda: datetime.now(UTC)
plan = Plan((Route("hook", wait_seconds=0, group_by=("subject",)),), limits={{"hook": Limit(10**6, 600)}})
outbox = Outbox(Path({path!r}))
outbox.open()
channel = ChannelSettings(name="hook", kind="webhook", url={url!r}, allow_addresses=("127.0.0.1/32",))
sender = Sender(channel, outbox, notifier_of, now, 3600)
sender.start()
print("alive", flush=True)
while True:  # alerts come one by one, each told and never gone: the number that stands is the number to be told
    number = int(Path({count!r}).read_text())
    outbox.observe(Observed("incident", "shop", "primary", now(), tuple(alert(str(n)) for n in range(number)), lambda one: True), 0.0)
    if outbox.plan(plan, now()):
        sender.wake()
    time.sleep(0.005)
"""


@pytest.mark.slow
def test_kill_9_at_random_moments_loses_nothing_and_makes_nothing_twice(tmp_path: Path) -> None:
    """Every alert's message arrives; what a receiver sees twice bears the key that it has seen, in the one request that was under way."""
    count, chance, number = tmp_path / "count", random.Random(6), 0
    count.write_text("0")
    with receivers.http() as receiver:
        script = LIFE.format(
            tests=str(Path(__file__).parents[2]), path=str(tmp_path / "o.db"), url=receiver.url, count=str(count)
        )
        for _ in range(ROUNDS):
            process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            assert process.stdout.readline() == "alive\n"
            number += 5
            replaced = count.with_suffix(".new")
            replaced.write_text(str(number))
            replaced.rename(count)
            time.sleep(chance.uniform(0.0, 0.15))
            os.kill(process.pid, signal.SIGKILL)
            process.wait(120)
            process.stdout.close()
        outbox = Outbox(tmp_path / "o.db")
        outbox.open()
        channel = ChannelSettings(name="hook", kind="webhook", url=receiver.url, allow_addresses=("127.0.0.1/32",))
        _finish(outbox, channel, number)
        keys = [one.headers["Idempotency-Key"] for one in receiver.received]
        told = {one.json["open"][0]["key"] for one in receiver.received}
        outbox.close()
    print(
        f"{ROUNDS} kills: {number} alerts, {len(set(keys))} messages, {len(keys) - len(set(keys))} requests repeated under their key"
    )
    assert told == {alert(str(one)).key for one in range(number)}
    assert len(set(keys)) == number  # one message an alert, never two
    assert len(keys) - len(set(keys)) <= ROUNDS


def _finish(outbox: Outbox, channel: ChannelSettings, number: int) -> None:
    """What the last life would have gone on to do."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=600)  # whatever was to be tried again is due

    plan = Plan((Route("hook", wait_seconds=0, group_by=("subject",)),), limits={"hook": Limit(10**6, 600)})
    alerts = tuple(alert(str(one)) for one in range(number))
    outbox.observe(Observed("incident", "shop", "primary", now(), alerts, lambda one: True), 0.0)
    outbox.plan(plan, now())
    sender = Sender(channel, outbox, notifier_of, now, 3600)
    while sender.once():
        pass
