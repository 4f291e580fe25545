"""Who is told what, and when: alerts, routes, silences and what was told before go in; planned Messages come out. Pure; called by the outbox.

A group (one channel, one value of the route's `group_by`) lives so:

    quiet --alert, after `wait`--> told --new or worse, after `interval` (at once if high)--> told (changed)
      ^                             |  `--nothing new, after `repeat`, if grave--> told (repeated)
      `----------all gone-----------'  (resolved)

Invariants: an alert that came and went before it was told is never told; what is deferred (quiet hours, rate limit, silence) is not
queued but planned again later from what stands then; each planned message has a number of its own, so that its key is never used twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from fnmatch import fnmatchcase

from tunewright_alerts.message import Alert, Event, Message, digest
from tunewright_analyzers.finding import Severity

GROUP_BY = ("cluster", "group", "check", "subject", "instance", "severity")
"""What alerts may be grouped by."""


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing below `above` is told. `start` > `end` passes midnight; the day is that on which it starts. 0 is Monday."""

    start: time
    end: time
    zone: tzinfo
    above: Severity = Severity.CRITICAL
    days: tuple[int, ...] = tuple(range(7))

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies within."""
        local = at.astimezone(self.zone)
        now, day = local.time(), local.weekday()
        if self.start <= self.end:
            return self.start <= now < self.end and day in self.days
        return (now >= self.start and day in self.days) or (now < self.end and (day - 1) % 7 in self.days)


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to a channel and how. Empty patterns match all; `*` and `?` are wildcards."""

    channel: str
    least: Severity = Severity.MEDIUM
    clusters: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ("cluster", "group")
    wait_seconds: float = 5.0
    interval_seconds: float = 300.0
    repeat_seconds: float = 86400.0
    repeat_least: Severity = Severity.HIGH
    resolved: bool = True
    quiet: Quiet | None = None

    def takes(self, alert: Alert, teams: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the alert goes this way. `teams` gives the cluster patterns of each team."""
        mine = any(_matches(alert.cluster, teams.get(team, ("",))) for team in self.teams) if self.teams else True
        wide = _matches(alert.cluster, self.clusters) and _matches(alert.check, self.checks)
        return mine and wide and alert.severity.rank >= self.least.rank

    def group_of(self, alert: Alert) -> str:
        """The group's name: the values it is grouped by."""
        return "\n".join(str(getattr(alert, name)) for name in self.group_by)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `messages` in `seconds` on one channel; critical ones and resolutions always pass."""

    messages: int = 30
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Silence:
    """What nobody wants to be told for a while. Empty patterns match all; at least one is given."""

    id: str
    starts: datetime
    ends: datetime
    by: str
    reason: str
    clusters: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def covers(self, alert: Alert, at: datetime) -> bool:
        """Whether the alert is silenced then."""
        wide = _matches(alert.cluster, self.clusters) and _matches(alert.check, self.checks)
        return self.starts <= at < self.ends and wide and _matches(alert.subject, self.subjects)


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel knows of a group: the alerts as they were told, when, and how many messages the group ever had."""

    alerts: Mapping[str, Alert] = field(default_factory=dict)
    at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A message for a channel, and what the channel knows once it has it. No message: the group is only forgotten."""

    channel: str
    group: str
    message: Message | None
    told: Told


@dataclass(frozen=True, slots=True)
class Plan:
    """How all of it is set up."""

    routes: tuple[Route, ...]
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    page_url: str | None = None


GroupKey = tuple[str, str]


def plan(
    how: Plan,
    standing: Mapping[str, Alert],
    told: Mapping[GroupKey, Told],
    silences: tuple[Silence, ...],
    sent_lately: Mapping[str, tuple[datetime, ...]],
    at: datetime,
) -> tuple[Planned, ...]:
    """What is to be told now. `standing` are all alerts that stand, by key; `sent_lately` when each channel had its latest messages."""
    routed: dict[GroupKey, dict[str, Alert]] = {}
    ways: dict[GroupKey, Route] = {}
    for alert in standing.values():
        done: set[str] = set()
        for route in how.routes:
            if route.channel not in done and route.takes(alert, how.teams):
                done.add(route.channel)
                group = (route.channel, route.group_of(alert))
                ways.setdefault(group, route)
                if not any(one.covers(alert, at) for one in silences):
                    routed.setdefault(group, {})[alert.key] = alert
    found = []
    counts = {channel: len(_within(times, how.limits.get(channel, Limit()), at)) for channel, times in sent_lately.items()}  # fmt: skip
    for group in sorted({*routed, *(key for key, one in told.items() if one.alerts)}):
        way = ways.get(group) or next((one for one in how.routes if one.channel == group[0]), None)
        if way is None:
            continue  # the channel is no more
        planned = _group(way, group, routed.get(group, {}), told.get(group, Told()), standing, at, how.page_url)
        if planned is None:
            continue
        if planned.message is not None:
            full = counts.get(way.channel, 0) >= how.limits.get(way.channel, Limit()).messages
            urgent = planned.message.severity is Severity.CRITICAL or planned.message.event is Event.RESOLVED
            if full and not urgent:
                continue
            counts[way.channel] = counts.get(way.channel, 0) + 1
        found.append(planned)
    return tuple(found)


def _within(times: tuple[datetime, ...], limit: Limit, at: datetime) -> list[datetime]:
    return [one for one in times if at - one < timedelta(seconds=limit.seconds)]


def _group(
    route: Route, group: GroupKey, now: Mapping[str, Alert], told: Told, standing: Mapping[str, Alert], at: datetime, page_url: str | None,
) -> Planned | None:  # fmt: skip
    """What is to be told of one group: `now` are its alerts that may be told, `told` what its channel knows."""
    news = {key: one for key, one in now.items() if key not in told.alerts}
    worse = {key: one for key, one in now.items() if key in told.alerts and one.severity.rank > told.alerts[key].severity.rank}  # fmt: skip
    closed = {key: one for key, one in told.alerts.items() if key not in standing}
    stay = {key: standing[key] if key in now else one for key, one in told.alerts.items() if key not in closed}
    spoken = {key: one for key, one in stay.items() if key in now}
    event = _event(route, news | worse, closed, spoken, told, at, gone=not stay)
    if event is None:
        return None
    if _deferred(route, event, news | worse, closed, stay, at):
        return None
    open_now = {} if event is Event.RESOLVED else {**stay, **news}
    after = Told({key: _worst(one, told.alerts.get(key)) for key, one in open_now.items()}, at, told.number + 1)
    if event is Event.RESOLVED and not route.resolved:
        return Planned(*group, None, replace(after, at=told.at))
    thread = digest(*group)
    message = Message(
        digest(thread, str(after.number)), thread, event, at,
        tuple(open_now.values()), tuple(closed.values()), page_url, 4 * route.repeat_seconds,
    )  # fmt: skip
    return Planned(*group, message, after)


def _worst(alert: Alert, before: Alert | None) -> Alert:
    """As it is remembered: an alert that wavers between two severities is told of the higher one once."""
    return alert if before is None or before.severity.rank <= alert.severity.rank else replace(alert, severity=before.severity)  # fmt: skip


def _event(
    route: Route,
    fresh: Mapping[str, Alert],
    closed: Mapping[str, Alert],
    stay: Mapping[str, Alert],
    told: Told,
    at: datetime,
    *,
    gone: bool,
) -> Event | None:
    """`fresh` is new or worse, `stay` was told and may be told again (what is silenced is left out), `gone` where nothing told stands."""
    since = float("inf") if told.at is None else (at - told.at).total_seconds()
    if not told.alerts:
        if not fresh or (at - min(one.opened_at for one in fresh.values())).total_seconds() < route.wait_seconds:
            return None
        return Event.OPENED
    if gone and not fresh:
        return Event.RESOLVED
    grave = any(one.severity.rank >= Severity.HIGH.rank for one in fresh.values())
    if (fresh or closed) and since >= (route.wait_seconds if grave else route.interval_seconds):
        return Event.CHANGED
    worst = max((one.severity.rank for one in stay.values()), default=0)
    return Event.REPEATED if worst >= route.repeat_least.rank and since >= route.repeat_seconds else None


def _deferred(
    route: Route,
    event: Event,
    fresh: Mapping[str, Alert],
    closed: Mapping[str, Alert],
    stay: Mapping[str, Alert],
    at: datetime,
) -> bool:
    """Whether the quiet hours hold it back: they weigh what is new, and of a resolution what was told."""
    if route.quiet is None or not route.quiet.holds(at):
        return False
    weighed = closed if event is Event.RESOLVED else fresh or stay
    return max(one.severity.rank for one in weighed.values()) < route.quiet.above.rank
