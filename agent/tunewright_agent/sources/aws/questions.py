"""Which metrics a target can have: from its rows (engine, class, role in a global cluster) and from ListMetrics. Used by metrics and trends."""

from tunewright_agent.sources.aws.asked import Asked
from tunewright_agent.sources.aws.reader import ENGINES, Reader, Row
from tunewright_agent.sources.aws.series import NAMESPACE, Question, dimensions
from tunewright_agent.sources.source import Denied
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_analyzers.facts.snapshot import Engine

LISTED_SECONDS = 3600.0


def _engine_traits(row: Row) -> set[str]:
    engine = ENGINES.get(row["Engine"], Engine.POSTGRESQL)
    family = "postgresql" if engine is Engine.POSTGRESQL else "mysql"
    return {family, "aurora" if row["Engine"].startswith("aurora") else "rds"}


def instance_traits(row: Row, clusters: list[Row]) -> frozenset[str]:
    """What a member is: `aurora` or `rds`, `postgresql` or `mysql`, `serverless`, `burstable`, `replica`, `backtrack`."""
    kind, found = row["DBInstanceClass"], _engine_traits(row)
    if kind == "db.serverless":
        found.add("serverless")
    if kind.startswith("db.t"):
        found.add("burstable")
    if row.get("ReadReplicaSourceDBInstanceIdentifier") or row.get("ReadReplicaSourceDBClusterIdentifier"):
        found.add("replica")
    if any(one.get("BacktrackWindow") for one in clusters):
        found.add("backtrack")
    return frozenset(found)


def cluster_traits(row: Row) -> frozenset[str]:
    """What a cluster is; `secondary` where it has members and none of them writes (of a global cluster)."""
    found, members = _engine_traits(row), row.get("DBClusterMembers", ())
    if members and not any(one.get("IsClusterWriter") for one in members):
        found.add("secondary")
    if row.get("GlobalWriteForwardingStatus") or row.get("ReplicationSourceIdentifier"):
        found.add("secondary")
    if row.get("BacktrackWindow"):
        found.add("backtrack")
    return frozenset(found)


def _listed(reader: Reader, dimension: Dimension, resource: str) -> frozenset[str] | None:
    """Names of the metrics that CloudWatch has of a resource; None where ListMetrics is denied: then all that can be are asked for."""
    wanted = dimensions(dimension, resource)
    try:
        rows = reader.rows("cloudwatch", "list_metrics", "Metrics", LISTED_SECONDS, Namespace=NAMESPACE, Dimensions=wanted)  # fmt: skip
    except Denied:
        return None
    return frozenset(row["MetricName"] for row in rows if len(row.get("Dimensions", ())) == len(wanted))


def questions(reader: Reader, asked: tuple[Asked, ...]) -> list[Question]:
    """The questions about the target: its members, its cluster, its roles. Raises SourceError."""
    clusters = reader.clusters()
    resources = [
        (Dimension.INSTANCE, row["DBInstanceIdentifier"], instance_traits(row, clusters)) for row in reader.instances()
    ]
    for row in clusters:
        name, has = row["DBClusterIdentifier"], cluster_traits(row)
        resources += [(dimension, name, has) for dimension in (Dimension.CLUSTER, Dimension.WRITER, Dimension.READER)]
    found: list[Question] = []
    for dimension, resource, traits in resources:
        wanted = [one for one in asked if one.dimension is dimension and one.only <= traits]
        names = _listed(reader, dimension, resource) if wanted else None
        found += [Question(one, resource) for one in wanted if names is None or one.metric in names]
    return found
