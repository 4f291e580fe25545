"""A cluster as the cloud knows it: clusters, members, endpoints, global clusters, proxies. Read by sources/aws, judged by the cloud's checks.

Each API call that can be denied by itself fills a Section of its own, so that AccessDenied on one action leaves just the checks
that need it not judged. A field is None where the API did not report it (older API, another engine), never where it said no.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section, View


class CloudSection(Section):
    """Base of the sections of the cloud's view."""

    __slots__ = ()
    view: ClassVar[View] = View.CLOUD


@dataclass(frozen=True, slots=True)
class ServerlessScaling:
    """ServerlessV2ScalingConfiguration, in Aurora capacity units."""

    min_acu: float
    max_acu: float
    pause_after_seconds: int | None = None
    """SecondsUntilAutoPause: None where it never pauses."""


@dataclass(frozen=True, slots=True)
class CloudMember:
    """One of DBClusterMembers."""

    instance: str
    is_writer: bool
    promotion_tier: int
    parameter_status: str
    """DBClusterParameterGroupStatus: `in-sync`, `pending-reboot`, …"""


@dataclass(frozen=True, slots=True)
class CloudCluster:
    """A row of DescribeDBClusters."""

    identifier: str
    arn: str
    region: str
    engine: str
    """`aurora-postgresql`, `aurora-mysql`, `postgres`, `mysql` (the latter two: Multi-AZ DB clusters)."""
    engine_version: str
    status: str
    port: int
    members: tuple[CloudMember, ...]
    engine_mode: str = "provisioned"
    engine_lifecycle_support: str | None = None
    """EngineLifecycleSupport: `open-source-rds-extended-support` or `…-disabled`."""
    storage_type: str = "aurora"
    """`aurora` is Aurora Standard, `aurora-iopt1` I/O-Optimized."""
    is_encrypted: bool = False
    kms_key: str | None = None
    """KmsKeyId: the ARN of the key."""
    security_groups: tuple[str, ...] = ()
    subnet_group: str | None = None
    parameter_group: str | None = None
    has_iam_authentication: bool | None = None
    backup_retention_days: int = 1
    earliest_restorable_at: datetime | None = None
    latest_restorable_at: datetime | None = None
    created_at: datetime | None = None
    has_deletion_protection: bool = False
    copies_tags: bool | None = None
    upgrades_minor_versions: bool | None = None
    is_multi_zone: bool = False
    log_exports: tuple[str, ...] = ()
    insights_mode: str | None = None
    """DatabaseInsightsMode: `standard` or `advanced`."""
    has_performance_insights: bool | None = None
    monitoring_interval_seconds: int | None = None
    backtrack_window_seconds: int | None = None
    """BacktrackWindow; None or 0: off."""
    earliest_backtrack_at: datetime | None = None
    backtrack_consumed_records: int | None = None
    scaling: ServerlessScaling | None = None
    global_cluster: str | None = None
    io_optimized_allowed_at: datetime | None = None
    """IOOptimizedNextAllowedModificationTime."""
    instance_class: str | None = None
    """DBClusterInstanceClass: of Multi-AZ DB clusters only."""
    pending: tuple[tuple[str, str], ...] = ()
    """PendingModifiedValues as (name, value); never the password."""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def writer(self) -> CloudMember | None:
        """The member that writes; None in a failover, and in a secondary of a global cluster."""
        return next((one for one in self.members if one.is_writer), None)

    @property
    def is_aurora(self) -> bool:
        """Whether it is Aurora (and not a Multi-AZ DB cluster)."""
        return self.engine.startswith("aurora")


@dataclass(frozen=True, slots=True)
class CloudClusters(CloudSection):
    """The target's cluster: rds:DescribeDBClusters. Empty for a stand-alone instance."""

    name: ClassVar[str] = "cloud_clusters"
    rows: tuple[CloudCluster, ...]

    def get(self, identifier: str | None) -> CloudCluster | None:
        """The cluster of that identifier."""
        return next((row for row in self.rows if row.identifier == identifier), None)


@dataclass(frozen=True, slots=True)
class CloudInstance:
    """A row of DescribeDBInstances. `cluster` None: a stand-alone instance (or a read replica of one)."""

    identifier: str
    arn: str
    region: str
    engine: str
    engine_version: str
    status: str
    instance_class: str
    cluster: str | None = None
    resource_id: str = ""
    """DbiResourceId, by which Performance Insights and Enhanced Monitoring know it."""
    address: str | None = None
    port: int | None = None
    zone: str | None = None
    promotion_tier: int | None = None
    engine_lifecycle_support: str | None = None
    is_publicly_accessible: bool = False
    is_encrypted: bool = False
    kms_key: str | None = None
    security_groups: tuple[str, ...] = ()
    subnet_group: str | None = None
    parameter_group: str | None = None
    parameter_status: str = "in-sync"
    """ParameterApplyStatus of its parameter group: `in-sync`, `applying`, `pending-reboot`, …"""
    has_iam_authentication: bool | None = None
    backup_retention_days: int = 0
    latest_restorable_at: datetime | None = None
    has_deletion_protection: bool = False
    copies_tags: bool | None = None
    upgrades_minor_versions: bool = True
    is_multi_zone: bool = False
    log_exports: tuple[str, ...] = ()
    insights_mode: str | None = None
    has_performance_insights: bool | None = None
    performance_insights_retention_days: int | None = None
    monitoring_interval_seconds: int | None = None
    certificate: str | None = None
    """CertificateDetails.CAIdentifier."""
    certificate_valid_till: datetime | None = None
    storage_type: str | None = None
    allocated_gib: int | None = None
    max_allocated_gib: int | None = None
    """MaxAllocatedStorage: the limit of storage autoscaling; None: no autoscaling."""
    iops: int | None = None
    replica_of: str | None = None
    created_at: datetime | None = None
    pending: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def is_serverless(self) -> bool:
        """Whether its class is db.serverless."""
        return self.instance_class == "db.serverless"


@dataclass(frozen=True, slots=True)
class CloudInstances(CloudSection):
    """All members of the target: rds:DescribeDBInstances."""

    name: ClassVar[str] = "cloud_instances"
    rows: tuple[CloudInstance, ...]

    def get(self, identifier: str) -> CloudInstance | None:
        """The instance of that identifier."""
        return next((row for row in self.rows if row.identifier == identifier), None)


@dataclass(frozen=True, slots=True)
class ClusterEndpoint:
    """A row of DescribeDBClusterEndpoints. `kind`: WRITER, READER or CUSTOM; of custom ones the members."""

    cluster: str
    address: str
    kind: str
    status: str = "available"
    identifier: str | None = None
    custom_kind: str | None = None
    static_members: tuple[str, ...] = ()
    excluded_members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterEndpoints(CloudSection):
    """rds:DescribeDBClusterEndpoints."""

    name: ClassVar[str] = "cluster_endpoints"
    rows: tuple[ClusterEndpoint, ...]


@dataclass(frozen=True, slots=True)
class GlobalMember:
    """One cluster of a global cluster. `synchronization`: connected or pending-resync."""

    cluster_arn: str
    is_writer: bool
    readers: tuple[str, ...] = ()
    synchronization: str | None = None

    @property
    def region(self) -> str:
        """The Region in its ARN."""
        return (self.cluster_arn.split(":") + [""] * 4)[3]


@dataclass(frozen=True, slots=True)
class GlobalCluster:
    """A row of DescribeGlobalClusters."""

    identifier: str
    engine: str
    engine_version: str
    status: str
    members: tuple[GlobalMember, ...]
    has_deletion_protection: bool = False
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class GlobalClusters(CloudSection):
    """The global cluster that the target belongs to, if any: rds:DescribeGlobalClusters."""

    name: ClassVar[str] = "global_clusters"
    rows: tuple[GlobalCluster, ...]

    def of(self, cluster_arn: str) -> GlobalCluster | None:
        """The global cluster of a cluster."""
        return next((row for row in self.rows if cluster_arn in {one.cluster_arn for one in row.members}), None)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An RDS Proxy in front of the target: DescribeDBProxies with DescribeDBProxyTargets. `targets`: clusters or instances."""

    name: str
    targets: tuple[str, ...]
    requires_tls: bool = False


@dataclass(frozen=True, slots=True)
class Proxies(CloudSection):
    """rds:DescribeDBProxies, rds:DescribeDBProxyTargets."""

    name: ClassVar[str] = "proxies"
    rows: tuple[Proxy, ...]
