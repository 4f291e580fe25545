"""What is forecast of a cluster in the cloud: storage, local storage, connections, transaction ids, capacity, backup storage.

Each `…` function takes the window and yields a Forecast for each subject of which enough is known; checks judge them, metrics show them.
Everything is turned into 'used of a limit', so that a falling free space and a rising count read alike.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tunewright_analyzers.cloud.formula import evaluate
from tunewright_analyzers.cloud.since import since
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension, MetricPoint, MetricSeries
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.forecast.line import Line, daily, days_until, fit

GIB = 1024**3
LEAST_DAYS = 7
EVER = datetime.min.replace(tzinfo=UTC)
AURORA_LIMIT = 128 * 1024 * GIB
"""An Aurora volume's limit; newer releases allow 256 TiB, which AuroraVolumeBytesLeftTotal knows where it is published."""
XID_LIMIT = 2_146_483_648
"""MaximumUsedTransactionIDs at which the engine goes read-only."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`used` of `limit` now, in `unit`, and the days until they meet: at the slope, and at the ends of its interval (None: never)."""

    resource: str
    kind: str
    """`cluster` or `instance`."""
    name: str
    unit: str
    line: Line
    limit: float
    source: str

    @property
    def days(self) -> float | None:
        """At the estimated slope."""
        return days_until(self.line, self.limit, self.line.slope)

    @property
    def earliest(self) -> float | None:
        """At the steep end of the interval."""
        return days_until(self.line, self.limit, self.line.high)

    @property
    def latest(self) -> float | None:
        """At the flat end of the interval."""
        return days_until(self.line, self.limit, self.line.low)

    def day(self, days: float | None) -> datetime | None:
        """The date of so many days from the last point."""
        return None if days is None else self.line.at + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class _Maker:
    """What all forecasts of one snapshot share."""

    resource: str
    unit: str
    trends: CloudTrends

    def of(
        self, row: CloudCluster | CloudInstance, metric: str, statistic: str | None, limit: float | None, *, left: bool = False,
        begun: datetime | None = None,
    ) -> Iterator[Forecast]:  # fmt: skip
        """A forecast of one series. `left`: the series counts what is left of the limit instead of what is used.

        `begun`: since when the limit is what it is.
        """
        is_cluster = isinstance(row, CloudCluster)
        series = self.trends.get(
            metric, Dimension.CLUSTER if is_cluster else Dimension.INSTANCE, row.identifier, statistic
        )
        if series is None or limit is None or limit <= 0:
            return
        known = series if begun is None else replace(series, points=series.since(begun))
        line = _line(known, limit if left else None)
        if line is not None:
            kind = "cluster" if is_cluster else "instance"
            yield Forecast(
                self.resource, kind, row.identifier, self.unit, line, limit, f"CloudWatch {metric}, {line.days} days"
            )


def _line(series: MetricSeries, of: float | None) -> Line | None:
    points = series.points if of is None else tuple(MetricPoint(one.at, of - one.value) for one in series.points)
    values = daily(points, max)
    return fit(values) if len(values) >= LEAST_DAYS else None


def _rows(snapshot: Snapshot) -> tuple[tuple[CloudCluster, ...], tuple[CloudInstance, ...]]:
    clusters, instances = snapshot.section(CloudClusters), snapshot.section(CloudInstances)
    return (clusters.rows if clusters else ()), (instances.rows if instances else ())


def storage(snapshot: Snapshot, trends: CloudTrends) -> Iterator[Forecast]:
    """Volumes: of Aurora up to what is left of it, of RDS up to the allocated (or autoscaled) size."""
    clusters, instances = _rows(snapshot)
    maker = _Maker("storage", "bytes", trends)
    for cluster in clusters:
        left = trends.get("AuroraVolumeBytesLeftTotal", Dimension.CLUSTER, cluster.identifier)
        used = trends.get("VolumeBytesUsed", Dimension.CLUSTER, cluster.identifier)
        room = left.values[-1] + used.values[-1] if left and left.points and used and used.points else AURORA_LIMIT
        yield from maker.of(cluster, "VolumeBytesUsed", "Average", room)
    for row in instances:
        if row.cluster is not None or not row.allocated_gib:
            continue
        begun = since(snapshot, f"instance {row.identifier}: AllocatedStorage", EVER)
        line = next(maker.of(row, "FreeStorageSpace", "Minimum", row.allocated_gib * GIB, left=True, begun=begun), None)
        if line is not None:
            most = max(row.allocated_gib, row.max_allocated_gib or 0) * GIB
            yield Forecast("storage", "instance", row.identifier, "bytes", line.line, most, line.source)


def local_storage(snapshot: Snapshot, trends: CloudTrends) -> Iterator[Forecast]:
    """Temporary files of Aurora's members: the limit is the most that was ever free in the weeks looked at."""
    maker = _Maker("local_storage", "bytes", trends)
    for row in _rows(snapshot)[1]:
        series = trends.get("FreeLocalStorage", Dimension.INSTANCE, row.identifier, "Minimum")
        most = max(series.values) if series is not None and series.points else None
        yield from maker.of(row, "FreeLocalStorage", "Minimum", most, left=True)


def _max_connections(row: CloudInstance, snapshot: Snapshot) -> float | None:
    groups = snapshot.section(ParameterGroups)
    clusters = snapshot.section(CloudClusters)
    if groups is None:
        return None
    mine = groups.get(row.parameter_group, of_cluster=False)
    parent = clusters.get(row.cluster) if clusters is not None and row.cluster else None
    shared = groups.get(parent.parameter_group, of_cluster=True) if parent is not None else None
    found = [group.get("max_connections") for group in (mine, shared) if group is not None]
    known = [one for one in found if one is not None and one.value is not None]
    chosen = next((one for one in known if one.source == "user"), known[0] if known else None)
    return evaluate(chosen.value, row.instance_class) if chosen is not None and chosen.value is not None else None


def connections(snapshot: Snapshot, trends: CloudTrends) -> Iterator[Forecast]:
    """Client sessions up to max_connections of the parameter group in use (a formula of the class's memory where it is one)."""
    maker = _Maker("connections", "sessions", trends)
    for row in _rows(snapshot)[1]:
        yield from maker.of(row, "DatabaseConnections", "Maximum", _max_connections(row, snapshot))


def transaction_ids(snapshot: Snapshot, trends: CloudTrends) -> Iterator[Forecast]:
    """The age of the oldest transaction id of PostgreSQL."""
    maker = _Maker("transaction_ids", "transaction ids", trends)
    for row in _rows(snapshot)[1]:
        yield from maker.of(row, "MaximumUsedTransactionIDs", "Maximum", float(XID_LIMIT))


def capacity(snapshot: Snapshot, trends: CloudTrends) -> Iterator[Forecast]:
    """ACU of serverless members up to the cluster's maximum."""
    maker = _Maker("capacity", "ACU", trends)
    clusters, instances = _rows(snapshot)
    most = {cluster.identifier: cluster.scaling.max_acu for cluster in clusters if cluster.scaling is not None}
    for row in instances:
        if row.is_serverless:
            yield from maker.of(row, "ServerlessDatabaseCapacity", "Maximum", most.get(row.cluster or ""))


def backup_storage(snapshot: Snapshot, trends: CloudTrends, ratio: float = 3.0) -> Iterator[Forecast]:
    """Billed backup storage up to `ratio` times the volume."""
    maker = _Maker("backup_storage", "bytes", trends)
    for row in _rows(snapshot)[0]:
        used = trends.get("VolumeBytesUsed", Dimension.CLUSTER, row.identifier)
        size = used.values[-1] * ratio if used is not None and used.points else None
        yield from maker.of(row, "TotalBackupStorageBilled", "Average", size)


Maker = Callable[[Snapshot, CloudTrends], Iterable[Forecast]]
ALL: tuple[Maker, ...] = (storage, local_storage, connections, transaction_ids, capacity, backup_storage)


def all_of(snapshot: Snapshot) -> tuple[Forecast, ...]:
    """Every forecast that can be made; none without CloudTrends."""
    trends = snapshot.section(CloudTrends)
    return () if trends is None else tuple(one for make in ALL for one in make(snapshot, trends))
