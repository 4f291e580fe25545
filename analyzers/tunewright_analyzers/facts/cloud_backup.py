"""Snapshots of a cluster, and with whom they are shared."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class CloudSnapshot:
    """A row of DescribeDBClusterSnapshots (`of_cluster`) or DescribeDBSnapshots. `origin`: the cluster or instance it was taken of."""

    identifier: str
    origin: str
    of_cluster: bool
    kind: str
    """SnapshotType: `manual`, `automated`, `awsbackup`, …"""
    status: str
    created_at: datetime | None
    is_encrypted: bool
    allocated_gib: int | None = None


@dataclass(frozen=True, slots=True)
class CloudSnapshots(CloudSection):
    """The target's snapshots: rds:DescribeDBClusterSnapshots, rds:DescribeDBSnapshots."""

    name: ClassVar[str] = "cloud_snapshots"
    rows: tuple[CloudSnapshot, ...]


@dataclass(frozen=True, slots=True)
class SnapshotShare:
    """The attribute `restore` of one manual snapshot: account ids, or `all` for everybody."""

    snapshot: str
    of_cluster: bool
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotShares(CloudSection):
    """rds:DescribeDBClusterSnapshotAttributes, rds:DescribeDBSnapshotAttributes, of the manual snapshots."""

    name: ClassVar[str] = "snapshot_shares"
    rows: tuple[SnapshotShare, ...]
