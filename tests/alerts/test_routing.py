"""Who is told what and when: groups open, change, repeat and resolve; silences, quiet hours, limits, teams."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from messages import NOW, alert
from tunewright_alerts.message import Alert, Event, Message
from tunewright_alerts.routing import GroupKey, Limit, Plan, Quiet, Route, Silence, Told, plan
from tunewright_analyzers.finding import Severity

CHAT = Route("chat")


@dataclass
class Desk:
    """Plans again and again, as the outbox does, and keeps what was told."""

    how: Plan = field(default_factory=lambda: Plan((CHAT,)))
    told: dict[GroupKey, Told] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    sent: dict[str, tuple[datetime, ...]] = field(default_factory=dict)

    def at(self, seconds: float, *alerts: Alert) -> list[Message]:
        """What is told so many seconds after NOW."""
        now = NOW + timedelta(seconds=seconds)
        planned = plan(self.how, {one.key: one for one in alerts}, self.told, self.silences, self.sent, now)
        for one in planned:
            self.told[(one.channel, one.group)] = one.told
            if one.message is not None:
                self.sent[one.channel] = (*self.sent.get(one.channel, ()), now)
        return [one.message for one in planned if one.message is not None]


def _events(messages: Iterable[Message]) -> list[Event]:
    return [one.event for one in messages]


def _new(key: str = "a", severity: Severity = Severity.HIGH, **changes: object) -> Alert:
    return alert(key, severity, opened_at=NOW, **changes)


def test_a_group_lives_from_opened_to_resolved() -> None:
    desk, one = Desk(), _new()
    assert desk.at(4, one) == []  # more of the group is waited for
    assert _events(desk.at(5, one)) == [Event.OPENED]
    assert desk.at(6, one) == []
    assert desk.at(3600, one) == []
    assert _events(desk.at(86405, one)) == [Event.REPEATED]
    (resolved,) = desk.at(86500)
    assert (resolved.event, resolved.open, [each.key for each in resolved.closed]) == (Event.RESOLVED, (), [one.key])
    assert desk.at(86501) == []


def test_what_came_and_went_before_it_was_told_is_never_told() -> None:
    desk = Desk()
    assert desk.at(1, _new()) == []
    assert desk.at(9) == []


def test_keys_are_used_once_and_the_thread_stays() -> None:
    desk, one = Desk(), _new()
    told = [*desk.at(10, one), *desk.at(20), *desk.at(30, replace(one, opened_at=NOW)), *desk.at(40)]
    assert _events(told) == [Event.OPENED, Event.RESOLVED, Event.OPENED, Event.RESOLVED]
    assert len({each.key for each in told}) == 4
    assert len({each.thread for each in told}) == 1


def test_alerts_of_a_group_are_one_message_and_changes_wait_for_the_interval() -> None:
    desk = Desk()
    first = [_new("a", Severity.MEDIUM), _new("b", Severity.MEDIUM)]
    (opened,) = desk.at(5, *first)
    assert len(opened.open) == 2
    assert desk.at(200, *first, _new("c", Severity.MEDIUM)) == []
    (changed,) = desk.at(305, *first, _new("c", Severity.MEDIUM))
    assert (changed.event, len(changed.open)) == (Event.CHANGED, 3)


def test_what_is_high_does_not_wait_for_the_interval_and_worse_is_told() -> None:
    desk, one = Desk(), _new("a", Severity.MEDIUM)
    desk.at(5, one)
    assert _events(desk.at(11, replace(one, severity=Severity.HIGH))) == [Event.CHANGED]
    other = _new("b", Severity.MEDIUM)
    assert _events(desk.at(400, one, other)) == [Event.CHANGED]  # milder again, and another
    assert desk.at(800, replace(one, severity=Severity.HIGH), other) == []  # wavering is told once


def test_an_alert_that_falls_below_the_route_still_stands() -> None:
    desk, one = Desk(), _new()
    desk.at(5, one)
    assert desk.at(400, replace(one, severity=Severity.LOW)) == []
    assert _events(desk.at(401)) == [Event.RESOLVED]


def test_what_is_mild_is_not_repeated() -> None:
    desk, one = Desk(), _new("a", Severity.MEDIUM)
    desk.at(5, one)
    assert desk.at(90000, one) == []


def test_a_route_may_keep_resolutions_to_itself() -> None:
    desk, one = Desk(Plan((replace(CHAT, resolved=False),))), _new()
    desk.at(5, one)
    assert desk.at(60) == []
    assert _events(desk.at(120, one)) == [Event.OPENED]


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (Route("chat", least=Severity.CRITICAL), False),
        (Route("chat", clusters=("sh*",)), True),
        (Route("chat", clusters=("orders",)), False),
        (Route("chat", checks=("locks/*",)), True),
        (Route("chat", checks=("indexes/*",)), False),
        (Route("chat", teams=("retail",)), True),
        (Route("chat", teams=("billing",)), False),
        (Route("chat", teams=("unknown",)), False),
    ],
)
def test_routes_go_by_severity_cluster_check_and_team(route: Route, told: bool) -> None:
    desk = Desk(Plan((route,), {"retail": ("shop",), "billing": ("bill-*",)}))
    assert bool(desk.at(5, _new())) is told


def test_for_each_channel_the_first_route_counts() -> None:
    desk = Desk(Plan((replace(CHAT, wait_seconds=60.0), CHAT, Route("mail"))))
    assert len(desk.at(5, _new())) == 1
    assert len(desk.at(60, _new())) == 1


def test_a_silence_holds_back_what_is_new_and_not_what_is_over() -> None:
    end = NOW + timedelta(hours=1)
    desk, one = Desk(), _new()
    desk.silences = (Silence("s", NOW, end, "me", "release", checks=("locks/*",)),)
    assert desk.at(5, one) == []
    assert desk.at(3599, one) == []
    assert _events(desk.at(3600, one)) == [Event.OPENED]
    desk.silences = (Silence("s", NOW, NOW + timedelta(hours=9), "me", "release", clusters=("shop",)),)
    assert desk.at(3700, replace(one, severity=Severity.CRITICAL)) == []
    assert _events(desk.at(3800)) == [Event.RESOLVED]


def test_what_is_silenced_is_not_repeated_either() -> None:
    desk, one = Desk(), _new()
    desk.at(5, one)
    desk.silences = (Silence("s", NOW, NOW + timedelta(days=3), "me", "known", checks=("locks/*",)),)
    assert desk.at(90000, one) == []
    desk.silences = ()
    assert _events(desk.at(90001, one)) == [Event.REPEATED]


def test_a_silence_of_another_subject_holds_nothing_back() -> None:
    desk = Desk()
    desk.silences = (Silence("s", NOW, NOW + timedelta(hours=1), "me", "x", subjects=("table *",)),)
    assert len(desk.at(5, _new())) == 1


def test_quiet_hours_defer_what_is_not_critical() -> None:
    """NOW is 03:00 UTC, 04:00 in Berlin; quiet until 07:00 there."""
    quiet = Quiet(time(22), time(7), ZoneInfo("Europe/Berlin"))
    desk, one = Desk(Plan((replace(CHAT, quiet=quiet),))), _new()
    assert desk.at(5, one) == []
    assert _events(desk.at(6, one, _new("b", Severity.CRITICAL, check="availability/x"))) == [Event.OPENED]
    assert _events(desk.at(3 * 3600 - 1, one)) == [Event.RESOLVED]  # of the critical one
    assert _events(desk.at(3 * 3600, one)) == [Event.OPENED]


def test_quiet_days_are_those_on_which_the_hours_begin() -> None:
    nights = Quiet(time(22), time(7), ZoneInfo("UTC"), days=(4,))
    friday = datetime(2026, 11, 27, tzinfo=ZoneInfo("UTC"))
    assert nights.holds(friday + timedelta(hours=23))
    assert nights.holds(friday + timedelta(hours=30))
    assert not nights.holds(friday + timedelta(hours=6))
    assert not nights.holds(friday + timedelta(hours=31))


def test_a_limit_defers_and_then_tells_what_stands() -> None:
    desk = Desk(Plan((replace(CHAT, group_by=("subject",)),), limits={"chat": Limit(3, 600)}))
    many = [_new(str(number)) for number in range(10)]
    assert len(desk.at(5, *many)) == 3
    assert desk.at(300, *many) == []
    assert len(desk.at(301, *many, _new("c", Severity.CRITICAL))) == 1
    later = desk.at(902, *many[:5])  # the first three stand and were told, of the others two are left
    assert sorted(one.open[0].subject for one in later if one.open) == [many[3].subject, many[4].subject]


def test_a_channel_that_is_no_more_is_told_nothing() -> None:
    desk, one = Desk(), _new()
    desk.at(5, one)
    desk.how = Plan((Route("mail", checks=("indexes/*",)),))
    assert desk.at(100) == []
