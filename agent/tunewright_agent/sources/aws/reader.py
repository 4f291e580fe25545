"""What the AWS sources are given: one target's rows through the door, within the time of the pass.

The target's cluster and members are read by DescribeDBClusters and DescribeDBInstances: of the target alone, or (`shared`, where many
targets of a region are watched) of the whole region once for all of them.
"""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.price_table import PriceLists
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.passes import Passes
from tunewright_agent.sources.source import Unavailable
from tunewright_analyzers.facts.snapshot import Engine, Flavour

PACKAGE = "tunewright_agent.sources.aws"
EVERY_SECONDS = 60.0
"""How often clusters and instances are read."""
SHARED = 0.8
"""Share of a source's interval for which its answer is shared: less than the whole, or every second pass would see the old one."""
ENGINES = {
    "aurora-postgresql": Engine.POSTGRESQL,
    "postgres": Engine.POSTGRESQL,
    "aurora-mysql": Engine.MYSQL,
    "mysql": Engine.MYSQL,
    "mariadb": Engine.MARIADB,
}
"""Engines that we know; the RDS API also lists Neptune, DocumentDB, Oracle, SQL Server and Db2."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster, or (`is_cluster` false) a stand-alone instance, by its identifier."""

    identifier: str
    place: Place
    is_cluster: bool = True
    shared: bool = False
    """Read with all others of its region."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the target is, as a watch asks: engine, version as the engine counts it, and what tells it from another of that name."""

    engine: Engine
    version: int
    flavour: Flavour
    identity: str


def version_number(engine: Engine, text: str) -> int:
    """RDS's version as the engine's own number: 150004 of `15.4`, 80036 of `8.0.mysql_aurora.3.08.0` or `8.0.36`, 101118 of `10.11.18`."""
    numbers = [int(one) for one in re.findall(r"\d+", text.partition(".mysql_aurora")[0])] or [0]
    if engine is Engine.POSTGRESQL:
        return numbers[0] * 10000 + (numbers[1] if len(numbers) > 1 else 0)
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major * 10000 + minor * 100 + patch


@dataclass(slots=True)
class Reader:
    """One target. Shared by the lanes of its watch; every method raises SourceError."""

    door: Door
    target: Target
    clock: Callable[[], float] = time.monotonic
    prices: PriceLists = field(default_factory=PriceLists)
    """The user's own prices and lists: [prices] of the configuration."""
    _passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        self._passes = Passes(self.clock)

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """A pass of this thread that must end in `seconds`."""
        return self._passes.within(seconds)

    def left(self) -> float:
        """Seconds that this thread's pass still has."""
        return self._passes.left()

    def close(self) -> None:
        """Nothing is held: the door's clients are shared."""

    def rows(
        self,
        service: str,
        operation: str,
        key: str,
        every_seconds: float = 0.0,
        **parameters: Any,
    ) -> list[Row]:
        """As Door.rows, at the target's place; `every_seconds` is how often the source asks, and so how long others share the answer."""
        fresh = every_seconds * SHARED
        return self.door.rows(self.target.place, service, operation, key, self.left, fresh, **parameters)

    def regional(self, service: str, operation: str, key: str, every_seconds: float, **only: Any) -> list[Row]:
        """As `rows`, of the target alone (`only`) or, where many targets of the region are watched, of the whole region once for all."""
        return self.rows(service, operation, key, every_seconds, **({} if self.target.shared else only))

    def call(self, service: str, operation: str, **parameters: Any) -> Row:
        """As Door.call, at the target's place."""
        answer: Row = self.door.call(self.target.place, service, operation, self.left, **parameters)
        return answer

    def clusters(self) -> list[Row]:
        """The target's row of DescribeDBClusters; none for a stand-alone instance. Raises Unavailable where it is gone."""
        if not self.target.is_cluster:
            return []
        only: Row = {} if self.target.shared else {"DBClusterIdentifier": self.target.identifier}
        try:
            rows = self.rows("rds", "describe_db_clusters", "DBClusters", EVERY_SECONDS, **only)
        except NotFound:
            rows = []
        found = [row for row in rows if row["DBClusterIdentifier"] == self.target.identifier]
        if not found:
            raise Unavailable(f"there is no cluster {self.target.identifier} in {self.target.place.region}")
        return found

    def instances(self) -> list[Row]:
        """The rows of DescribeDBInstances of its members, or of the stand-alone instance. Raises Unavailable where that one is gone."""
        if self.target.is_cluster:
            only: Row = {"Filters": [{"Name": "db-cluster-id", "Values": [self.target.identifier]}]}
        else:
            only = {"DBInstanceIdentifier": self.target.identifier}
        try:
            rows = self.rows(
                "rds", "describe_db_instances", "DBInstances", EVERY_SECONDS, **({} if self.target.shared else only)
            )
        except NotFound:
            rows = []
        name = "DBClusterIdentifier" if self.target.is_cluster else "DBInstanceIdentifier"
        found = [row for row in rows if row.get(name) == self.target.identifier]
        if not found and not self.target.is_cluster:
            raise Unavailable(f"there is no instance {self.target.identifier} in {self.target.place.region}")
        return found

    @property
    def server(self) -> Server:
        """What the target is."""
        row = (self.clusters() or self.instances())[0]
        engine = ENGINES.get(row["Engine"], Engine.POSTGRESQL)
        flavour = Flavour.AURORA if row["Engine"].startswith("aurora") else Flavour.RDS
        identity = row.get("DbClusterResourceId") or row.get("DbiResourceId") or self.target.identifier
        return Server(engine, version_number(engine, row["EngineVersion"]), flavour, str(identity))

    def forget(self) -> None:
        """Nothing is remembered of the target beyond the shared answers."""
