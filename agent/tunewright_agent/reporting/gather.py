"""Which servers a report is about, and their weeks read from one or several history files. Called by the command and by the schedule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tunewright_agent.config.settings import Settings
from tunewright_agent.fleet import CLOUD
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.outbox import Outbox, outbox_store
from tunewright_agent.history.place import Store, database_at, store_of
from tunewright_agent.history.week import WeekReader, instances_of
from tunewright_agent.week import Price, Week
from tunewright_analyzers.facts.snapshot import Period


@dataclass(frozen=True, slots=True)
class Place:
    """One history file, which of its clusters are wanted (None: all), and their prices."""

    store: Store
    clusters: frozenset[str] | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)


def place_of(settings: Settings) -> Place:
    """The history of a configuration."""
    prices = {
        one.name: Price(one.dollars_per_hour, one.vcpus)
        for one in settings.clusters
        if one.dollars_per_hour is not None and one.vcpus is not None
    }
    names = frozenset(one.name for one in settings.clusters)
    shared = settings.history.url is not None  # one report for the fleet: of every agent's clusters
    every = bool(settings.aws.targets) or shared  # what AWS runs is found, not named
    return Place(store_of(settings.history), None if every else names or None, prices)


def weeks_of(place: Place, period: Period, told: Callable[[str], None] | None = None) -> tuple[Week, ...]:
    """The weeks of one file; `told` hears which server is being read. Raises HistoryError and SnapshotError."""
    database = database_at(place.store, Mode.READ)
    database.open()
    try:
        messages = _messages(place.store)
        found = []
        for cluster, instance in instances_of(database):
            if place.clusters is not None and cluster not in place.clusters:
                continue
            if told is not None:
                told(cluster)
            found.append(WeekReader(database, cluster, instance).read(period, place.prices.get(cluster), messages))
        return joined(tuple(found))
    finally:
        database.close()


def joined(weeks: tuple[Week, ...]) -> tuple[Week, ...]:
    """What the cloud says of a cluster goes to its first server; where no server of it is read, it stands alone."""
    of_cloud = {week.cluster: week for week in weeks if week.instance == CLOUD}
    found: list[Week] = []
    for week in weeks:
        if week.instance == CLOUD:
            continue
        cloud = of_cloud.pop(week.cluster, None)
        found.append(week if cloud is None else _with_cloud(week, cloud))
    return (*found, *(replace(week, cloud=week.judgement, judgement=None) for week in of_cloud.values()))


def _with_cloud(week: Week, cloud: Week) -> Week:
    effects = sorted((*week.effects, *cloud.effects), key=lambda one: one.change.at)
    return replace(week, cloud=cloud.judgement, effects=tuple(effects))


def _messages(history: Store) -> tuple[tuple[str, str, int], ...] | None:
    """Messages of the last week by channel and state; None where there is no outbox that can be read."""
    outbox = Outbox(outbox_store(history), Mode.READ)
    try:
        outbox.open()
        counts = outbox.counts()
    except HistoryError:
        return None
    finally:
        outbox.close()
    return tuple((channel, state, number) for (channel, state), number in sorted(counts.items()))
