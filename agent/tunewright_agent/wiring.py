"""Where concrete classes meet: settings in, a Watch for each cluster and the whole Assembly out. Called by the daemon, the demo and the commands."""

import difflib
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol, cast

import structlog

from tunewright_agent.clock import Clock, now
from tunewright_agent.cloud_watch import cloud_watch, login_of, member_settings
from tunewright_agent.config.load import ConfigurationError
from tunewright_agent.config.settings import CloudWatchSettings, ClusterSettings, HistorySettings, Settings, WebSettings
from tunewright_agent.duty import REPORT, Duty
from tunewright_agent.engines.engine import EngineParts, engine_of, switched_off
from tunewright_agent.fleet import CLOUD, Fleet, Group
from tunewright_agent.history.leases import Leases
from tunewright_agent.history.outbox import Outbox, outbox_store
from tunewright_agent.history.place import store_of
from tunewright_agent.history.store import History, HistoryError, Retention
from tunewright_agent.lanes import Job, Lane
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Fault, Memory, Remembered
from tunewright_agent.metrics.cloudwatch import Publisher, Rates
from tunewright_agent.metrics.governor import Governor
from tunewright_agent.metrics.prometheus import exposition
from tunewright_agent.notify.desk import Desk
from tunewright_agent.pipeline import Rules
from tunewright_agent.reporting.schedule import Reporter
from tunewright_agent.sources.aws.discovery import Found
from tunewright_agent.sources.aws.price_table import PriceFileError, PriceLists, read_lists
from tunewright_agent.sources.aws.session import Door, Place, default_region
from tunewright_agent.sources.aws.spool import Spool
from tunewright_agent.sources.host import machine
from tunewright_agent.sources.source import Source
from tunewright_agent.state import State
from tunewright_agent.watch import Telling, Watch
from tunewright_agent.web import Server, Tls, serve
from tunewright_analyzers.facts.cloud import CloudInstance
from tunewright_analyzers.facts.ids import ClusterId, InstanceId

_log = structlog.get_logger("wiring")
MAINTAIN_SECONDS = 60.0
INSTANCE = InstanceId("primary")
"""A URL names one server; the members of a cluster have names of their own once they are discovered."""


class LogsIn(Protocol):
    """Every engine's reader: what it asks for a password at each new connection."""

    password: Callable[[], str] | None


def _sources(cluster: ClusterSettings, engine: EngineParts, memory: Memory | None) -> tuple[Source[Any], ...]:
    """Every source of the engine, and the machine's, less those that the user switched off. Raises ConfigurationError for an unknown name."""
    found = [*engine.sources(), *engine.configured(cluster, memory)]
    if cluster.on_database_host:
        found.append(machine.source(is_database_host=True))
    known = [*(one.name for one in found), "machine", *engine.optional, *engine.analyses]
    for name in cluster.sources:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(sorted(known))}"
            raise ConfigurationError(f"clusters.{cluster.name}.sources: no source is called '{name}'; {hint}")
    return tuple(one for one in found if one.name not in switched_off(cluster))


def watch_of(
    cluster: ClusterSettings,
    settings: Settings,
    memory: Memory | None,
    telling: Telling | None = None,
    instance: InstanceId = INSTANCE,
    password: Callable[[], str] | None = None,
) -> Watch:
    """The watch of one server; nothing is connected yet. `password` goes before the settings' own. Raises ConfigurationError."""
    engine = engine_of(cluster.url)
    reader, sampler = engine.reader(cluster, cluster.connections - 1), engine.reader(cluster, 1)
    for one in (reader, sampler):
        if password is not None:
            cast("LogsIn", one).password = password
    every = {name: one.interval for name, one in cluster.sources.items() if one.interval is not None}
    return Watch(
        latest=Latest(ClusterId(cluster.name), instance, engine.engine),
        reader=reader,
        sampler=sampler,
        sources=_sources(cluster, engine, memory),
        analyst=engine.analyst(cluster, settings, reader, memory),
        rules=Rules.of(settings.checks),
        now=now,
        window_seconds=settings.agent.window,
        judge_seconds=settings.agent.judge_every,
        memory=memory,
        governor=Governor(settings.governor.budget_ratio),
        telling=telling,
        incidents=frozenset(settings.notifications.incidents),
        incident_seconds=settings.notifications.incidents_every,
        intervals=every,
    )


def history_of(settings: HistorySettings) -> History:
    """The history of these settings, not yet open."""
    return History(
        store_of(settings), Retention(settings.keep_1m, settings.keep_5m, settings.keep_1h, settings.bound_bytes)
    )


@dataclass(slots=True)
class Assembly:
    """All that the daemon runs under one set of settings: history, watches, clock, pages. Made by `assemble`."""

    history: History
    fault: Fault
    watches: tuple[Watch, ...]
    started_at: datetime
    desk: Desk | None = None
    """Who notifies; None without channels."""
    fleet: Fleet | None = None
    """The clusters that AWS runs; None where the settings name none."""
    duty: Duty | None = None
    """Who acts for what, where several agents share the history: then it has the watches of the settings' clusters."""
    publisher: Publisher | None = field(init=False, default=None)
    """Who puts our metrics into CloudWatch; None unless it is switched on."""
    publish_seconds: float = 60.0
    reporter: Reporter | None = field(init=False, default=None)
    """The weekly report on schedule; None where it has no day."""
    clock: Clock = field(init=False, default_factory=Clock)
    server: Server = field(init=False)
    _upkeep: Lane = field(init=False, default_factory=lambda: Lane("history"))
    _publishing: Lane = field(init=False, default_factory=lambda: Lane("cloudwatch"))

    @property
    def address(self) -> str:
        """Where the pages are: `http://127.0.0.1:9632`."""
        return self.server.url

    def state(self) -> State:
        """What is known now, frozen: for the pages and the metrics."""
        fleet, own = self.fleet, self._own_watches()
        watches = (*own, *(fleet.watches if fleet is not None else ()))
        return State(
            self.started_at,
            now(),
            tuple(watch.state() for watch in watches),
            self._history_bytes(),
            self.fault.text,
            all(watch.passed for watch in own)
            and (fleet is None or fleet.passed)
            and (self.duty is None or self.duty.looked),
            self.desk.states() if self.desk is not None else (),
            fleet.state() if fleet is not None else None,
            self.fault.backlog.passes,
            self.fault.backlog.dropped,
            self.duty.state() if self.duty is not None else (),
        )

    def _own_watches(self) -> tuple[Watch, ...]:
        return self.watches if self.duty is None else self.duty.watches

    def _history_bytes(self) -> int:
        try:
            return self.history.size_bytes
        except OSError:
            return 0

    def start(self) -> None:
        """Start the lanes, the clock and the pages."""
        for watch in self.watches:
            watch.start(self.clock)
        if self.fleet is not None:
            self.fleet.start(self.clock)
        if self.duty is not None:
            self.duty.start(self.clock)
        self._upkeep.start()
        job = Job("maintain", self._maintain, lambda error: self.fault.tell(error))
        self.clock.every(
            "maintain", MAINTAIN_SECONDS, lambda: _offer(self._upkeep, job), first_in_seconds=MAINTAIN_SECONDS
        )
        if self.desk is not None:
            self.desk.start(self.clock)
        if self.reporter is not None:
            self.reporter.start(self.clock)
        if self.publisher is not None:
            self._publishing.start()
            put = Job("publish", self.publisher.publish, _not_published)
            self.clock.every("cloudwatch", self.publish_seconds, lambda: _offer(self._publishing, put),
                             first_in_seconds=self.publish_seconds)  # fmt: skip
        self.clock.start()
        self.server.start()

    def _maintain(self) -> None:
        try:
            held = None if self.duty is None else self.duty.leases.scope()
            for told in self.history.maintain(now(), held):
                _log.warning("history_bounded", what=told)
        except HistoryError as error:
            self.fault.tell(error)

    def stop(self, deadline_seconds: float) -> bool:
        """Tick no more, let what runs end within the deadline, cut the rest, close the history last. False where something was cut."""
        until = time.monotonic() + deadline_seconds
        self.clock.stop()
        if self.duty is not None:
            self.duty.drain()
        drained = [self.server.stop(min(2.0, deadline_seconds))]
        if self.fleet is not None:
            drained.append(self.fleet.stop(max(0.1, until - time.monotonic())))
        threads = [
            threading.Thread(target=lambda one=watch: drained.append(one.stop(max(0.1, until - time.monotonic()))))
            for watch in self._own_watches()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        drained.append(self._upkeep.close(max(0.1, until - time.monotonic())))
        if self.reporter is not None:
            drained.append(self.reporter.stop(max(0.1, until - time.monotonic())))
        if self.publisher is not None:
            drained.append(self._publishing.close(max(0.1, until - time.monotonic())))
        if self.desk is not None:
            drained.append(self.desk.stop(max(0.1, until - time.monotonic())))
        if self.duty is not None:
            self.duty.stop()
        self.history.database.close()
        return all(drained)


def _nobody_is_told(_cluster: str) -> None:
    """There are no channels."""


def _offer(lane: Lane, job: Job) -> None:
    lane.offer(job)


def _not_published(error: Exception) -> None:
    """A line each time: it is tried again at the next tick. botocore's texts may quote what was sent, so only its kind is told."""
    _log.warning("cloudwatch_not_published", error=type(error).__name__, mend="allow cloudwatch:PutMetricData")


SERIES_ITEM, CALL_ITEM = "cloudwatch:metric", "cloudwatch:request"


def publisher_of(settings: CloudWatchSettings, prices: PriceLists, state: Callable[[], State]) -> Publisher | None:
    """Our metrics' way into CloudWatch; None unless it is switched on. Nothing is asked of AWS yet."""
    if not settings.publish:
        return None
    door = Door()

    def client() -> Any:
        return door.client("cloudwatch", Place(settings.region or default_region()))

    def rates() -> Rates:
        found = prices.of_or_listed(settings.region or default_region(), (SERIES_ITEM, CALL_ITEM))
        series, call = found.get(SERIES_ITEM), found.get(CALL_ITEM)
        return Rates(series.dollars, call.dollars / 1000, found.region) if series and call else Rates()

    def tell(series: int, dollars: float, rates: Rates) -> None:
        _log.info(
            "cloudwatch_publishing", series=series, dollars_a_month=round(dollars, 2), list_price_of=rates.region,
            namespace=settings.namespace,
        )  # fmt: skip

    return Publisher(client, settings.namespace, settings.every, state, tell, rates)


def desk_of(settings: Settings, leases: Leases | None = None) -> Desk | None:
    """The notifications, not yet open; None without channels."""
    if not settings.notifications.channels:
        return None
    return Desk(Outbox(outbox_store(store_of(settings.history)), leases=leases), settings.notifications, now)


def leases_of(settings: HistorySettings, history: History) -> Leases | None:
    """Who acts for what; None where the history is this agent's alone. Another run of the same process is another holder."""
    if not history.database.shared:
        return None
    holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(6)}"
    return Leases(history.database, holder, settings.takeover_after)


def memory_of(
    history: History, fault: Fault, leases: Leases | None, name: ClusterId, instance: InstanceId
) -> Remembered:
    """The memory of one instance; in a shared history only while its cluster is ours. Raises Fenced where it is not."""
    kept = history if leases is None else History(leases.guard(name), history.retention)
    return Remembered(kept, name, instance, fault)


def prices_of(settings: Settings) -> PriceLists:
    """The prices that the settings name. Raises ConfigurationError where a file of them cannot be read."""
    try:
        return read_lists(settings.prices.items, settings.prices.files)
    except PriceFileError as error:
        raise ConfigurationError(f"prices.files: {error}") from error


def fleet_of(
    settings: Settings,
    history: History | None,
    fault: Fault,
    telling: Telling | None = None,
    door: Door | None = None,
    leases: Leases | None = None,
) -> Fleet | None:
    """The clusters that AWS runs, not yet looked for; None where the settings name none. Without history nothing is remembered.

    Raises ConfigurationError where a file of prices cannot be read.
    """
    if not settings.aws.targets:
        return None
    opened, spool, prices = door or Door(), Spool(), prices_of(settings)

    def memory(name: ClusterId, instance: InstanceId) -> Memory | None:
        return memory_of(history, fault, leases, name, instance) if history is not None else None

    def cloud(name: ClusterId, group: Group, found: Found) -> Watch:
        return cloud_watch(name, group, found, opened, settings, memory(name, CLOUD), telling, spool, prices)

    def member(name: ClusterId, group: Group, found: Found, one: CloudInstance) -> Watch | None:
        cluster = member_settings(name, group.settings, found, one, spool)
        if cluster is None:
            return None
        instance = InstanceId(one.identifier)
        login = login_of(opened, group, found, one, cluster)
        return watch_of(cluster, settings, memory(name, instance), telling, instance, login)

    groups = tuple(Group.of(one) for one in settings.aws.targets)
    reserved = frozenset(cluster.name for cluster in settings.clusters)
    fleet = Fleet(opened, groups, cloud, member, reserved, settings.aws.discover_every, spool, prices)
    if leases is not None:
        fleet.holds = lambda name: name in leases.held()
    return fleet


def pages_of(web: WebSettings, state: Callable[[], State], waiting: Callable[[], str | None] = lambda: None) -> Server:
    """The pages, bound and not yet started. Raises OSError (the port, the certificate), SecretError."""
    token = web.token_from.resolve() if web.token_from is not None else None
    tls = Tls(web.tls_certificate, web.tls_key) if web.tls_certificate is not None and web.tls_key is not None else None
    return serve(web.address, web.port, state, metrics=exposition(state), token=token, tls=tls, waiting=waiting)


def assemble(settings: Settings, door: Door | None = None) -> Assembly:
    """All of it, not yet started; `door` leads to another AWS than the real one.

    Raises HistoryError (the store cannot be used; AwayError where it may be later), OSError (the port), SecretError, ConfigurationError.
    """
    history, fault = history_of(settings.history), Fault()
    leases = leases_of(settings.history, history)
    desk = desk_of(settings, leases)

    def watch(cluster: ClusterSettings) -> Watch:
        memory = memory_of(history, fault, leases, ClusterId(cluster.name), INSTANCE)
        return watch_of(cluster, settings, memory, desk)

    for one in settings.clusters if leases is not None else ():
        watch_of(one, settings, None)  # what is wrong is said now, and not when its lease is gained
    watches = tuple(watch(one) for one in settings.clusters) if leases is None else ()
    try:  # no file is made for settings that are wrong
        history.database.open()
        fleet = fleet_of(settings, history, fault, desk, door, leases)
        if desk is not None:  # what AWS runs is found later: its alerts of before are kept until then
            found = history.clusters() if fleet is not None else frozenset()
            desk.open(frozenset(cluster.name for cluster in settings.clusters) | found)
        assembly = Assembly(history, fault, watches, now(), desk, fleet)
        if leases is not None:
            makers = {ClusterId(one.name): partial(watch, one) for one in settings.clusters}
            also = frozenset({REPORT} if settings.report.day != "never" else ())
            taken_over = desk.take_over if desk is not None else _nobody_is_told
            assembly.duty = Duty(leases, makers, taken_over, also, fleet)
        if settings.report.day != "never":
            ours = None if leases is None else partial(leases.is_valid, REPORT)
            assembly.reporter = Reporter(settings, history.database, now, ours)
        assembly.publisher = publisher_of(settings.cloudwatch, prices_of(settings), assembly.state)
        assembly.publish_seconds = settings.cloudwatch.every
        assembly.server = pages_of(settings.web, assembly.state)
    except BaseException:
        history.database.close()
        if desk is not None:
            desk.outbox.close()
        raise
    return assembly
