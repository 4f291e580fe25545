"""Source `endpoints`: the cluster's writer, reader and custom endpoints (rds:DescribeDBClusterEndpoints). Fills ClusterEndpoints."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud import ClusterEndpoint, ClusterEndpoints

EVERY_SECONDS = 300.0


def _endpoint(row: Row) -> ClusterEndpoint:
    return ClusterEndpoint(
        cluster=row["DBClusterIdentifier"],
        address=row.get("Endpoint", ""),
        kind=row.get("EndpointType", ""),
        status=row.get("Status", "available"),
        identifier=row.get("DBClusterEndpointIdentifier"),
        custom_kind=row.get("CustomEndpointType"),
        static_members=tuple(row.get("StaticMembers", ())),
        excluded_members=tuple(row.get("ExcludedMembers", ())),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The endpoints; a stand-alone instance has none. Raises SourceError."""
    del taken_at
    if not reader.target.is_cluster:
        return Collected((ClusterEndpoints(()),))
    rows = reader.regional(
        "rds",
        "describe_db_cluster_endpoints",
        "DBClusterEndpoints",
        EVERY_SECONDS,
        DBClusterIdentifier=reader.target.identifier,
    )
    mine = [row for row in rows if row.get("DBClusterIdentifier") == reader.target.identifier]
    return Collected((ClusterEndpoints(tuple(_endpoint(row) for row in mine)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "endpoints", (ClusterEndpoints,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
