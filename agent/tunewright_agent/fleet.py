"""The clusters that AWS runs: looked for every minute; a watch of each from outside, and one of each member from inside.

    targets of the settings -> discovery -> what should be watched -> watches begun for the new, ended for the gone

A failover changes no watch: members keep their names. Where AWS does not answer, what is watched stays watched. A serverless instance that
may pause at zero capacity is not connected to, because a connection wakes it and keeps it awake; `connect_pausable` allows it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog

from tunewright_agent.clock import Clock, now
from tunewright_agent.config.aws import AwsTargetSettings
from tunewright_agent.config.load import ConfigurationError
from tunewright_agent.history.leases import Fenced
from tunewright_agent.lanes import Job, Lane
from tunewright_agent.sources.aws.discovery import Found, Wanted, discover
from tunewright_agent.sources.aws.price_table import PriceLists
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.aws.spool import Spool
from tunewright_agent.sources.source import SourceError
from tunewright_agent.state import AwsState
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.cloud import CloudInstance
from tunewright_analyzers.facts.ids import ClusterId, InstanceId

_log = structlog.get_logger("fleet")
CLOUD = InstanceId("aws")
"""Our name of a cluster as AWS sees it, beside its members."""
MEMBERS = "members"
"""The source of gaps about members that are not read from inside."""
PAUSES = (
    "it may pause at zero capacity, and a connection would wake it and keep it awake, at the price of its capacity",
    "connect_pausable = true in its [[aws.targets]] reads it while it is awake; a minimum above 0 ACU makes it one like any other",
)
STOP_SECONDS = 10.0
Key = tuple[ClusterId, InstanceId]


@dataclass(frozen=True, slots=True)
class Group:
    """One table of the settings, and what it looks for."""

    settings: AwsTargetSettings
    wanted: Wanted

    @classmethod
    def of(cls, settings: AwsTargetSettings) -> "Group":
        """From the settings."""
        place = Place(settings.region, settings.role_arn, settings.external_id)
        tags = tuple(sorted(settings.tags.items()))
        return cls(settings, Wanted(place, settings.cluster, tags, settings.exclude))


CloudMaker = Callable[[ClusterId, Group, Found], Watch]
Wanting = dict[tuple[ClusterId, InstanceId], tuple[Group, Callable[[], Watch | None]]]
"""What should be watched, and how its watch is made."""
MemberMaker = Callable[[ClusterId, Group, Found, CloudInstance], Watch | None]


def may_pause(found: Found, member: CloudInstance) -> bool:
    """Whether Aurora may pause that member at zero capacity."""
    scaling = found.cluster.scaling if found.cluster is not None else None
    return member.is_serverless and scaling is not None and scaling.min_acu == 0


@dataclass(slots=True)
class Fleet:
    """All of it. `refresh` looks once; `start` lets the clock do it."""

    door: Door
    groups: tuple[Group, ...]
    cloud: CloudMaker
    member: MemberMaker
    reserved: frozenset[str]
    """Names of clusters that the settings give by address."""
    every_seconds: float
    spool: Spool = field(default_factory=Spool)
    """Where log files are kept while they are read."""
    prices: PriceLists = field(default_factory=PriceLists)
    """By which our own requests are reckoned."""
    holds: Callable[[ClusterId], bool] = lambda _name: True
    """Whether we act for a cluster; others are found too, and not watched."""
    failures: dict[Place, str] = field(init=False, default_factory=dict)
    """Why discovery failed, by place; empty while it works."""
    refreshed: bool = field(init=False, default=False)
    _found: tuple[Wanting, list[Group]] = field(init=False, default_factory=lambda: ({}, []))
    _watches: dict[Key, Watch] = field(init=False, default_factory=dict)
    _of_group: dict[Key, Group] = field(init=False, default_factory=dict)
    _names: dict[tuple[Place, str], ClusterId] = field(init=False, default_factory=dict)
    _told: set[Key] = field(init=False, default_factory=set)
    _left_out: dict[Key, tuple[str, str | None]] = field(init=False, default_factory=dict)
    """Members that are not read from inside: why, and what changes it."""
    _clock: Clock | None = field(init=False, default=None)
    _lane: Lane = field(init=False, default_factory=lambda: Lane("fleet"))
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    @property
    def watches(self) -> tuple[Watch, ...]:
        """Those of now, by name."""
        with self._lock:
            return tuple(self._watches[key] for key in sorted(self._watches))

    @property
    def passed(self) -> bool:
        """Whether every place was looked at, and every watch has had its first passes."""
        return self.refreshed and all(watch.passed for watch in self.watches)

    def state(self) -> AwsState:
        """Requests, their price, and where discovery fails."""
        bill = self.door.calls.bill(self.prices.of)
        failures = {(place.region, place.account): reason for place, reason in self.failures.items()}
        places = dict.fromkeys((one.wanted.place.region, one.wanted.place.account) for one in self.groups)
        return AwsState(bill.requests, bill.metrics, bill.dollars, failures, tuple(places))

    def start(self, clock: Clock) -> None:
        """Look now and then every so often."""
        self._clock = clock
        self._lane.start()
        job = Job("discover", self.refresh, lambda error: _log.error("discovery_failed", error=type(error).__name__))
        clock.every("fleet", self.every_seconds, partial(_offer, self._lane, job))

    def stop(self, deadline_seconds: float) -> bool:
        """End the looking, then every watch. False where something had to be cut."""
        drained = [self._lane.close(deadline_seconds)]
        threads = [
            threading.Thread(target=lambda one=watch: drained.append(one.stop(deadline_seconds)))
            for watch in self.watches
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.spool.close()
        return all(drained)

    def refresh(self) -> None:
        """Look at every place once; begin and end watches. Never raises a SourceError."""
        wanted: dict[Key, tuple[Group, Callable[[], Watch | None]]] = {}
        unseen: list[Group] = []
        self._left_out = {}
        for group in self.groups:
            try:
                found = discover(self.door, group.wanted)
            except SourceError as error:
                self._tell(group.wanted.place, error)
                unseen.append(group)
                continue
            self.failures.pop(group.wanted.place, None)
            for one in found:
                wanted |= {key: (group, make) for key, make in self._wanted(group, one).items() if key not in wanted}
        self._found = (wanted, unseen)
        self._settle(wanted, unseen)
        self._note(unseen)
        self.refreshed = True

    def _note(self, unseen: list[Group]) -> None:
        """Each cluster's members that are not read from inside, as gaps of its watch from outside; what could not be looked at stays."""
        with self._lock:
            clouds = [(key, watch) for key, watch in self._watches.items() if key[1] == CLOUD]
        for (name, _), watch in clouds:
            if self._of_group[(name, CLOUD)] in unseen:
                continue
            mine = {
                str(member): (f"{member} is not read from inside: {reason}", mend)
                for (cluster, member), (reason, mend) in self._left_out.items()
                if cluster == name
            }
            watch.latest.note(MEMBERS, mine, now())

    def names(self) -> frozenset[ClusterId]:
        """The clusters that were found last."""
        wanted, _ = self._found
        with self._lock:
            return frozenset(name for name, _ in (*wanted, *self._watches))

    def settle(self) -> None:
        """Begin and end watches by what we act for now, without looking again. Returns at once."""

        def again() -> None:
            found, unseen = self._found
            self._settle(found, unseen)
            self._note(unseen)

        _offer(self._lane, Job("settle", again, lambda error: _log.error("not_settled", error=type(error).__name__)))

    def _tell(self, place: Place, error: SourceError) -> None:
        if self.failures.get(place) != error.reason:
            _log.warning(
                "discovery_failed", region=place.region, account=place.account, reason=error.reason, mend=error.mend
            )
        self.failures[place] = error.reason

    def _wanted(self, group: Group, found: Found) -> dict[Key, Callable[[], Watch | None]]:
        name = self._name(group, found.target.identifier)
        made: dict[Key, Callable[[], Watch | None]] = {(name, CLOUD): partial(self.cloud, name, group, found)}
        for member in found.members if group.settings.connect else ():
            if not group.settings.reaches(member.identifier):
                continue
            key = (name, InstanceId(member.identifier))
            if may_pause(found, member) and not group.settings.connect_pausable:
                self._leave(key, *PAUSES)
            elif member.address is None and member.identifier not in group.settings.addresses:
                self._leave(key, "it has no endpoint yet", None)
            else:
                made[key] = partial(self.member, name, group, found, member)
        return made

    def _leave(self, key: Key, reason: str, mend: str | None) -> None:
        """A member that is not read from inside: a gap of its cluster, and once a line in the log."""
        self._left_out[key] = (reason, mend)
        if key not in self._told:
            self._told.add(key)
            _log.info("not_connected_to", cluster=key[0], instance=key[1], reason=reason)

    def _name(self, group: Group, identifier: str) -> ClusterId:
        """Our name of a cluster: its identifier, with region and account where another has that name already."""
        place = group.wanted.place
        known = self._names.get((place, identifier))
        if known is None:
            taken = {*self._names.values(), *self.reserved}
            plain = f"{group.settings.prefix}{identifier}"
            longer = (plain, f"{plain}.{place.region}", f"{plain}.{place.region}.{place.account}")
            known = ClusterId(next((name for name in longer if name not in taken), longer[-1]))
            self._names[(place, identifier)] = known
        return known

    def _settle(self, found: Wanting, unseen: list[Group]) -> None:
        """Begin what is new; end what is gone, unless its group could not be looked at, and what others act for."""
        wanted = {key: one for key, one in found.items() if self.holds(key[0])}
        with self._lock:
            gone = [
                key
                for key in self._watches
                if not self.holds(key[0]) or (key not in wanted and self._of_group[key] not in unseen)
            ]
            ended = [(key, self._watches.pop(key)) for key in gone]
            new = [key for key in wanted if key not in self._watches]
        for key in new:
            group, make = wanted[key]
            try:
                watch = make()
            except Fenced:  # another agent took the cluster over in this moment
                continue
            except (
                ConfigurationError,
                OSError,
                ValueError,
            ) as error:  # one that cannot be watched costs no other its turn
                self._leave(key, f"it cannot be watched ({type(error).__name__})", None)
                continue
            if watch is None:
                self._leave(key, "no engine of ours reads it", None)
                continue
            if self._clock is not None:
                watch.start(self._clock)
            with self._lock:
                self._watches[key], self._of_group[key] = watch, group
            _log.info("watched", cluster=key[0], instance=key[1])
        for key, watch in ended:
            _log.info("watched_no_more", cluster=key[0], instance=key[1])
            watch.stop(STOP_SECONDS)


def _offer(lane: Lane, job: Job) -> None:
    lane.offer(job)
