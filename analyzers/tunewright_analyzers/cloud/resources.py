"""A target's clusters and stand-alone instances under one roof: what is set once for a whole cluster is judged once."""

from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.facts.snapshot import Snapshot, Window
from tunewright_analyzers.finding import Evidence, Subject

Resource = CloudCluster | CloudInstance


def owners(window: Window) -> tuple[Resource, ...]:
    """Clusters, and instances that belong to none: those that carry storage, backups, keys and parameters of their own."""
    return (*window.need(CloudClusters).rows, *(row for row in window.need(CloudInstances).rows if row.cluster is None))


def primaries(window: Window) -> tuple[Resource, ...]:
    """Owners without read replicas, whose backups and protection are their source's."""
    return tuple(row for row in owners(window) if isinstance(row, CloudCluster) or row.replica_of is None)


def readers(window: Window, cluster: CloudCluster) -> tuple[CloudInstance, ...]:
    """The members of a cluster that read, as far as DescribeDBInstances knows them."""
    names = {one.instance for one in cluster.members if not one.is_writer}
    return tuple(row for row in window.need(CloudInstances).rows if row.identifier in names)


def writer(window: Window, cluster: CloudCluster) -> CloudInstance | None:
    """The member that writes."""
    return window.need(CloudInstances).get(cluster.writer.instance) if cluster.writer else None


def region(snapshot: Snapshot) -> str | None:
    """Where the target runs; None where nothing of it was read."""
    clusters, instances = snapshot.section(CloudClusters), snapshot.section(CloudInstances)
    if clusters is not None and clusters.rows:
        return clusters.rows[0].region
    return instances.rows[0].region if instances is not None and instances.rows else None


def kind(row: Resource) -> str:
    """`cluster` or `instance`."""
    return "cluster" if isinstance(row, CloudCluster) else "instance"


def subject(row: Resource) -> Subject:
    """What a finding about it is about."""
    return Subject(kind(row), row.identifier)


def field(row: Resource, name: str) -> str:
    """The API field as a source of evidence: `DBCluster.StorageEncrypted`."""
    return f"{'DBCluster' if isinstance(row, CloudCluster) else 'DBInstance'}.{name}"


def evidence(row: Resource, name: str, value: float | int | str | bool, unit: str = "") -> Evidence:
    """One field of the API as it was read."""
    return Evidence(name, value, unit, field(row, name))


def is_postgres(engine: str) -> bool:
    """Whether it speaks PostgreSQL."""
    return "postgres" in engine
