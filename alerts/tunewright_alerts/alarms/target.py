"""What the alarms of a cluster are made from: its members, their classes and limits, as the sources read them."""

from dataclasses import dataclass

from tunewright_analyzers.cloud.classes import memory_bytes, parse, vcpus
from tunewright_analyzers.cloud.formula import evaluate
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, Dimension
from tunewright_analyzers.facts.cloud_network import ClassNetworks
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Snapshot

ACU_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Where:
    """One set of dimensions: a role of a cluster, a cluster, or an instance; and the members that can stand behind it."""

    label: str
    dimensions: tuple[tuple[str, str], ...]
    members: tuple[CloudInstance, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster with its members, or one stand-alone instance (`cluster` None)."""

    name: str
    cluster: CloudCluster | None
    members: tuple[CloudInstance, ...]
    groups: ParameterGroups | None
    trends: CloudTrends | None
    metrics: CloudMetrics | None = None
    networks: ClassNetworks | None = None

    @property
    def engine(self) -> str:
        """`aurora-postgresql`, `postgres`, …"""
        return self.cluster.engine if self.cluster is not None else self.members[0].engine

    @property
    def is_aurora(self) -> bool:
        """Whether roles have metrics of their own."""
        return self.cluster is not None and self.cluster.is_aurora

    def roles(self) -> tuple[Where, ...]:
        """The writer and the readers by role, which follow a failover; of RDS each instance. Any member may come to write."""
        if self.cluster is None or not self.is_aurora:
            return self.instances()
        many = [Where("writer", self._role("WRITER"), self.members)]
        if len(self.members) > 1:
            many.append(Where("reader", self._role("READER"), self.members))
        return tuple(many)

    def writer(self) -> tuple[Where, ...]:
        """The writer's role; of RDS each instance."""
        return self.roles()[:1] if self.is_aurora else self.instances()

    def readers(self) -> tuple[Where, ...]:
        """The readers' role, where there are readers."""
        return self.roles()[1:] if self.is_aurora else ()

    def instances(self) -> tuple[Where, ...]:
        """Each instance by itself."""
        return tuple(Where(row.identifier, (("DBInstanceIdentifier", row.identifier),), (row,)) for row in self.members)

    def whole(self) -> tuple[Where, ...]:
        """The cluster as one."""
        if self.cluster is None:
            return ()
        return (Where("cluster", (("DBClusterIdentifier", self.cluster.identifier),), self.members),)

    def _role(self, role: str) -> tuple[tuple[str, str], ...]:
        assert self.cluster is not None
        return (("DBClusterIdentifier", self.cluster.identifier), ("Role", role))

    def connections(self, where: Where) -> float | None:
        """The least max_connections of the members, as their parameter groups say."""
        limits = [self._connections(row) for row in where.members]
        known = [limit for limit in limits if limit is not None]
        return min(known) if known and len(known) == len(limits) else None

    def _connections(self, row: CloudInstance) -> float | None:
        if self.groups is None:
            return None
        shared = self.cluster.parameter_group if self.cluster is not None else None
        for group in (self.groups.get(row.parameter_group, of_cluster=False), self.groups.get(shared, of_cluster=True)):
            parameter = group.get("max_connections") if group is not None else None
            if parameter is not None and parameter.value is not None:
                return evaluate(parameter.value, row.instance_class)
        return None

    def memory(self, where: Where) -> float | None:
        """The least memory of the members; of serverless ones that of the minimum capacity is of no use: None."""
        sizes = [memory_bytes(row.instance_class) for row in where.members]
        known = [size for size in sizes if size is not None]
        return min(known) if known and len(known) == len(sizes) else None

    def vcpus(self, where: Where) -> float | None:
        """The fewest vCPUs of the members; None for serverless ones."""
        counts = [vcpus(row.instance_class) for row in where.members]
        known = [count for count in counts if count is not None]
        return min(known) if known and len(known) == len(counts) else None

    def local_storage(self, where: Where) -> float | None:
        """The most local storage that was free in the weeks looked at: the API tells no total."""
        if self.trends is None:
            return None
        found = [self.trends.get("FreeLocalStorage", Dimension.INSTANCE, row.identifier) for row in where.members]
        tops = [max(one.values) for one in found if one is not None and one.points]
        return min(tops) if tops else None

    def volume_limit(self) -> float | None:
        """Bytes that an Aurora volume may hold: what is used and what is left, as both are published."""
        if self.trends is None or self.cluster is None:
            return None
        names = ("VolumeBytesUsed", "AuroraVolumeBytesLeftTotal")
        found = [self.trends.get(name, Dimension.CLUSTER, self.cluster.identifier) for name in names]
        known = [one.values[-1] for one in found if one is not None and one.points]
        return sum(known) if len(known) == len(found) else None

    def bandwidth(self, where: Where) -> float | None:
        """Bytes a second that the network of the smallest class carries all the time; None where one is serverless or not known."""
        if self.networks is None:
            return None
        rows = [self.networks.get(row.instance_class) for row in where.members]
        known = [row.sustained_bytes_per_second for row in rows if row is not None]
        return min(known) if known and len(known) == len(rows) else None

    def replicates_by_binlog(self) -> bool:
        """Whether the writer follows another source by binary log: only then its lag has points."""
        if self.cluster is None or self.metrics is None:
            return False
        found = self.metrics.get("AuroraBinlogReplicaLag", Dimension.WRITER, self.cluster.identifier)
        return found is not None and bool(found.points)

    def is_burstable(self, where: Where) -> bool:
        """Whether the instance lives on CPU credits."""
        classes = [parse(row.instance_class) for row in where.members]
        return all(one is not None and one.is_burstable for one in classes)


def target_of(snapshot: Snapshot) -> Target | None:
    """The target that a snapshot of the cloud's view tells of; None where neither cluster nor instance was read."""
    clusters, instances = snapshot.section(CloudClusters), snapshot.section(CloudInstances)
    cluster = clusters.rows[0] if clusters is not None and clusters.rows else None
    members = instances.rows if instances is not None else ()
    if cluster is None and not members:
        return None
    name = cluster.identifier if cluster is not None else members[0].identifier
    return Target(
        name, cluster, members, snapshot.section(ParameterGroups), snapshot.section(CloudTrends),
        snapshot.section(CloudMetrics), snapshot.section(ClassNetworks),
    )  # fmt: skip
