"""Source `snapshots`: the target's snapshots (rds:DescribeDBClusterSnapshots, rds:DescribeDBSnapshots). Fills CloudSnapshots."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_backup import CloudSnapshot, CloudSnapshots

EVERY_SECONDS = 3600.0


def _of_cluster(row: Row) -> CloudSnapshot:
    return CloudSnapshot(
        identifier=row["DBClusterSnapshotIdentifier"],
        origin=row["DBClusterIdentifier"],
        of_cluster=True,
        kind=row.get("SnapshotType", "manual"),
        status=row.get("Status", "available"),
        created_at=row.get("SnapshotCreateTime"),
        is_encrypted=bool(row.get("StorageEncrypted")),
        allocated_gib=row.get("AllocatedStorage"),
    )


def _of_instance(row: Row) -> CloudSnapshot:
    return CloudSnapshot(
        identifier=row["DBSnapshotIdentifier"],
        origin=row["DBInstanceIdentifier"],
        of_cluster=False,
        kind=row.get("SnapshotType", "manual"),
        status=row.get("Status", "available"),
        created_at=row.get("SnapshotCreateTime"),
        is_encrypted=bool(row.get("Encrypted")),
        allocated_gib=row.get("AllocatedStorage"),
    )


def snapshots(reader: Reader) -> tuple[CloudSnapshot, ...]:
    """All of the target's, read at most once an hour. A member of a cluster has none of its own. Raises SourceError."""
    mine = reader.target.identifier
    if reader.target.is_cluster:
        rows = reader.regional("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", EVERY_SECONDS, DBClusterIdentifier=mine)  # fmt: skip
        return tuple(_of_cluster(row) for row in rows if row["DBClusterIdentifier"] == mine)
    rows = reader.regional("rds", "describe_db_snapshots", "DBSnapshots", EVERY_SECONDS, DBInstanceIdentifier=mine)
    return tuple(_of_instance(row) for row in rows if row["DBInstanceIdentifier"] == mine)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The snapshots. Raises SourceError."""
    del taken_at
    return Collected((CloudSnapshots(snapshots(reader)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("snapshots", (CloudSnapshots,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect)
