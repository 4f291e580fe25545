"""Which clusters and members there are: by identifier, by tag, or all of a region. Used by the fleet, every minute."""

import fnmatch
from dataclasses import dataclass

from tunewright_agent.sources.aws.clusters import cluster_of
from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.instances import instance_of
from tunewright_agent.sources.aws.reader import ENGINES, EVERY_SECONDS, SHARED, Reader, Row, Target
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.source import Unavailable
from tunewright_analyzers.facts.cloud import CloudCluster, CloudInstance

GONE = frozenset({"deleting", "deleted"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for in one place: one identifier, or all that carry the tags."""

    place: Place
    identifier: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, identifier: str, tags: tuple[tuple[str, str], ...]) -> bool:
        """Whether a cluster of that name and those tags is looked for."""
        if any(fnmatch.fnmatchcase(identifier, pattern) for pattern in self.exclude):
            return False
        return self.identifier in (None, identifier) and set(self.tags) <= set(tags)


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster with its members, or a stand-alone instance."""

    target: Target
    cluster: CloudCluster | None
    members: tuple[CloudInstance, ...]


def _rows(door: Door, wanted: Wanted, operation: str, key: str, **only: object) -> list[Row]:
    def left() -> float:
        return 60.0

    rows = door.rows(wanted.place, "rds", operation, key, left, EVERY_SECONDS * SHARED, **only)
    return [row for row in rows if row["Engine"] in ENGINES]


def _one(door: Door, wanted: Wanted) -> tuple[Found, ...]:
    """The cluster of that identifier, or the instance. Raises Unavailable where there is neither."""
    name = wanted.identifier or ""
    try:
        clusters = _rows(door, wanted, "describe_db_clusters", "DBClusters", DBClusterIdentifier=name)
    except NotFound:
        clusters = []
    target = Target(name, wanted.place, is_cluster=bool(clusters))
    try:
        members = Reader(door, target).instances()
    except Unavailable as error:
        raise Unavailable(f"there is neither a cluster nor an instance {name} in {wanted.place.region}") from error
    return (_found(target, clusters, members),)


def _found(target: Target, clusters: list[Row], members: list[Row]) -> Found:
    region = target.place.region
    cluster = cluster_of(clusters[0], region) if clusters else None
    alive = [row for row in members if row.get("DBInstanceStatus") not in GONE]
    return Found(target, cluster, tuple(instance_of(row, region) for row in alive))


def discover(door: Door, wanted: Wanted) -> tuple[Found, ...]:
    """All that is looked for, by identifier. Raises SourceError."""
    if wanted.identifier is not None:
        return _one(door, wanted)
    clusters = _rows(door, wanted, "describe_db_clusters", "DBClusters")
    instances = _rows(door, wanted, "describe_db_instances", "DBInstances")
    by_cluster: dict[str, list[Row]] = {}
    for row in instances:
        by_cluster.setdefault(row.get("DBClusterIdentifier") or "", []).append(row)
    found = [
        _found(
            Target(row["DBClusterIdentifier"], wanted.place, True, True),
            [row],
            by_cluster.get(row["DBClusterIdentifier"], []),
        )
        for row in clusters
        if row.get("Status") not in GONE
    ]
    found += [
        _found(Target(row["DBInstanceIdentifier"], wanted.place, False, True), [], [row])
        for row in by_cluster.get("", [])
        if row.get("DBInstanceStatus") not in GONE
    ]
    taken = [one for one in found if wanted.takes(one.target.identifier, _tags(one))]
    return tuple(sorted(taken, key=lambda one: one.target.identifier))


def _tags(found: Found) -> tuple[tuple[str, str], ...]:
    return found.cluster.tags if found.cluster is not None else found.members[0].tags
