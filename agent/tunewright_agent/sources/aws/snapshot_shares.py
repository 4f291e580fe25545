"""Source `snapshot_shares`: with whom manual snapshots are shared. Fills SnapshotShares.

rds:DescribeDBClusterSnapshotAttributes or rds:DescribeDBSnapshotAttributes, one call a snapshot: of manual ones only, the newest MOST.
"""

from datetime import UTC, datetime

from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.snapshots import snapshots
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_backup import CloudSnapshot, SnapshotShare, SnapshotShares
from tunewright_analyzers.facts.snapshot import Gap

EVERY_SECONDS = 3600.0
MOST = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _accounts(rows: list[Row]) -> tuple[str, ...]:
    values = [one.get("AttributeValues", ()) for one in rows if one.get("AttributeName") == "restore"]
    return tuple(account for some in values for account in some)


def _share(reader: Reader, one: CloudSnapshot) -> SnapshotShare | None:
    try:
        if one.of_cluster:
            answer = reader.call("rds", "describe_db_cluster_snapshot_attributes", DBClusterSnapshotIdentifier=one.identifier)  # fmt: skip
            found = answer["DBClusterSnapshotAttributesResult"].get("DBClusterSnapshotAttributes", [])
        else:
            answer = reader.call("rds", "describe_db_snapshot_attributes", DBSnapshotIdentifier=one.identifier)
            found = answer["DBSnapshotAttributesResult"].get("DBSnapshotAttributes", [])
    except NotFound:  # deleted since it was listed
        return None
    return SnapshotShare(one.identifier, one.of_cluster, _accounts(found))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The shares; a Gap says so where there are more manual snapshots than MOST. Raises SourceError."""
    manual = sorted(
        (one for one in snapshots(reader) if one.kind == "manual"),
        key=lambda one: one.created_at or _EPOCH,
        reverse=True,
    )
    shares = [_share(reader, one) for one in manual[:MOST]]
    left_out = len(manual) - MOST
    reason = f"the shares of the {left_out} oldest of {len(manual)} manual snapshots were not read"
    gaps = (Gap("snapshot_shares", reason, taken_at, None, None, (SnapshotShares.name,)),) if left_out > 0 else ()
    return Collected((SnapshotShares(tuple(one for one in shares if one is not None)),), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "snapshot_shares", (SnapshotShares,), interval_seconds=EVERY_SECONDS, deadline_seconds=300, collect=collect
    )
