"""Source `global_clusters`: the global cluster that the target belongs to (rds:DescribeGlobalClusters). Fills GlobalClusters."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud import GlobalCluster, GlobalClusters, GlobalMember

EVERY_SECONDS = 300.0


def _member(row: Row) -> GlobalMember:
    return GlobalMember(
        row["DBClusterArn"],
        bool(row.get("IsWriter")),
        tuple(row.get("Readers", ())),
        row.get("SynchronizationStatus"),
    )


def _global(row: Row) -> GlobalCluster:
    return GlobalCluster(
        identifier=row["GlobalClusterIdentifier"],
        engine=row.get("Engine", ""),
        engine_version=row.get("EngineVersion", ""),
        status=row.get("Status", "unknown"),
        members=tuple(_member(one) for one in row.get("GlobalClusterMembers", ())),
        has_deletion_protection=bool(row.get("DeletionProtection")),
        is_encrypted=bool(row.get("StorageEncrypted")),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The global cluster of the target; none where it belongs to none. Raises SourceError."""
    del taken_at
    mine = {row["DBClusterArn"] for row in reader.clusters()}
    if not mine:
        return Collected((GlobalClusters(()),))
    found = [_global(row) for row in reader.rows("rds", "describe_global_clusters", "GlobalClusters", EVERY_SECONDS)]
    ours = tuple(one for one in found if mine & {member.cluster_arn for member in one.members})
    return Collected((GlobalClusters(ours),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "global_clusters", (GlobalClusters,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
