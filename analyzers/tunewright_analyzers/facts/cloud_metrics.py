"""CloudWatch's points, each at its own time: the last hours as they come, and the last weeks by the hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection

INCOMPLETE_HOURS = 2.0
"""Of "the last N days" so much may have no point yet: the hour that runs, and the one before that came late."""


class Dimension(StrEnum):
    """Of what a series is."""

    INSTANCE = "instance"
    """DBInstanceIdentifier."""
    CLUSTER = "cluster"
    """DBClusterIdentifier."""
    WRITER = "writer"
    """DBClusterIdentifier with Role=WRITER: follows failovers."""
    READER = "reader"
    """DBClusterIdentifier with Role=READER: all readers together."""


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value, at the beginning of its period (CloudWatch's own timestamp, UTC)."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One metric of one resource by one statistic. `metric`, `statistic` and the unit of the values are CloudWatch's own.

    `statistic` is `Average`, `Sum`, `Minimum`, `Maximum` or a percentile such as `p90`. Points are oldest first, each time once.
    """

    metric: str
    dimension: Dimension
    resource: str
    """The instance's or cluster's identifier."""
    statistic: str
    period_seconds: int
    points: tuple[MetricPoint, ...]

    def since(self, start: datetime) -> tuple[MetricPoint, ...]:
        """Points from that time on."""
        return tuple(point for point in self.points if point.at >= start)

    @property
    def values(self) -> tuple[float, ...]:
        """The values alone."""
        return tuple(point.value for point in self.points)

    @property
    def hours(self) -> float:
        """Hours that its points cover (gaps between them are not covered)."""
        return len(self.points) * self.period_seconds / 3600


def _find(
    rows: Iterable[MetricSeries], metric: str, dimension: Dimension, resource: str, statistic: str | None
) -> MetricSeries | None:
    for row in rows:
        if (row.metric, row.dimension, row.resource) == (metric, dimension, resource) and statistic in (
            None,
            row.statistic,
        ):
            return row
    return None


@dataclass(frozen=True, slots=True)
class CloudMetrics(CloudSection):
    """The last hours (three at least) at each metric's own period: cloudwatch:GetMetricData.

    A metric that was asked for and has no points is a series without points; one that was not asked for is absent.
    """

    name: ClassVar[str] = "cloud_metrics"
    rows: tuple[MetricSeries, ...]

    def get(
        self, metric: str, dimension: Dimension, resource: str, statistic: str | None = None
    ) -> MetricSeries | None:
        """The series, by its statistic where one is named."""
        return _find(self.rows, metric, dimension, resource, statistic)


@dataclass(frozen=True, slots=True)
class CloudTrends(CloudSection):
    """The last weeks (14 days where the cluster is that old) by the hour: cloudwatch:GetMetricData with a period of 3600 s.

    CPUUtilization and DBLoad as Average and p95 (or Maximum), DatabaseConnections as Maximum, sizes and free space as Minimum or
    Average, Volume*IOPs as Sum: `TRENDS` lists them.
    """

    name: ClassVar[str] = "cloud_trends"
    rows: tuple[MetricSeries, ...]

    def get(
        self, metric: str, dimension: Dimension, resource: str, statistic: str | None = None
    ) -> MetricSeries | None:
        """The series, by its statistic where one is named."""
        return _find(self.rows, metric, dimension, resource, statistic)


TRENDS: tuple[tuple[str, Dimension, str], ...] = (
    ("CPUUtilization", Dimension.INSTANCE, "Average"),
    ("CPUUtilization", Dimension.INSTANCE, "Maximum"),
    ("CPUUtilization", Dimension.INSTANCE, "p95"),
    ("DBLoad", Dimension.INSTANCE, "Average"),
    ("DatabaseConnections", Dimension.INSTANCE, "Maximum"),
    ("DatabaseConnections", Dimension.INSTANCE, "Average"),
    ("FreeableMemory", Dimension.INSTANCE, "Minimum"),
    ("FreeLocalStorage", Dimension.INSTANCE, "Minimum"),
    ("FreeStorageSpace", Dimension.INSTANCE, "Minimum"),
    ("MaximumUsedTransactionIDs", Dimension.INSTANCE, "Maximum"),
    ("ServerlessDatabaseCapacity", Dimension.INSTANCE, "Average"),
    ("ServerlessDatabaseCapacity", Dimension.INSTANCE, "Maximum"),
    ("ACUUtilization", Dimension.INSTANCE, "Maximum"),
    ("VolumeReadIOPs", Dimension.CLUSTER, "Sum"),
    ("VolumeWriteIOPs", Dimension.CLUSTER, "Sum"),
    ("VolumeBytesUsed", Dimension.CLUSTER, "Average"),
    ("AuroraVolumeBytesLeftTotal", Dimension.CLUSTER, "Average"),
    ("BackupRetentionPeriodStorageUsed", Dimension.CLUSTER, "Average"),
    ("SnapshotStorageUsed", Dimension.CLUSTER, "Average"),
    ("TotalBackupStorageBilled", Dimension.CLUSTER, "Average"),
)
"""What cost and forecasts read: (metric, dimension, statistic)."""
