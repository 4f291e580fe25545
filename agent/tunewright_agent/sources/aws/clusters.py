"""Source `clusters`: the target's cluster as DescribeDBClusters tells it. Fills CloudClusters."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import identifier, pending, present, tags
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudMember, ServerlessScaling


def _scaling(row: Row) -> ServerlessScaling | None:
    found = row.get("ServerlessV2ScalingConfiguration") or {}
    if "MaxCapacity" not in found:
        return None
    return ServerlessScaling(
        float(found.get("MinCapacity", 0.0)), float(found["MaxCapacity"]), found.get("SecondsUntilAutoPause")
    )


def _member(row: Row) -> CloudMember:
    return CloudMember(
        row["DBInstanceIdentifier"],
        bool(row.get("IsClusterWriter")),
        int(row.get("PromotionTier", 1)),
        str(row.get("DBClusterParameterGroupStatus", "in-sync")),
    )


def _storage_type(row: Row) -> str:
    """RDS leaves it out for Aurora Standard."""
    said = str(row.get("StorageType") or "aurora")
    return said if said.startswith("aurora") or not row["Engine"].startswith("aurora") else "aurora"


def cluster_of(row: Row, region: str) -> CloudCluster:
    """A row of DescribeDBClusters."""
    encrypted = bool(row.get("StorageEncrypted"))
    return CloudCluster(
        identifier=row["DBClusterIdentifier"],
        arn=row["DBClusterArn"],
        region=region,
        engine=row["Engine"],
        engine_version=row["EngineVersion"],
        status=row.get("Status", "unknown"),
        port=int(row.get("Port") or 0),
        members=tuple(_member(one) for one in row.get("DBClusterMembers", ())),
        engine_mode=row.get("EngineMode", "provisioned"),
        engine_lifecycle_support=row.get("EngineLifecycleSupport"),
        storage_type=_storage_type(row),
        is_encrypted=encrypted,
        kms_key=row.get("KmsKeyId") if encrypted else None,
        security_groups=tuple(one["VpcSecurityGroupId"] for one in row.get("VpcSecurityGroups", ())),
        subnet_group=row.get("DBSubnetGroup"),
        parameter_group=row.get("DBClusterParameterGroup"),
        has_iam_authentication=row.get("IAMDatabaseAuthenticationEnabled"),
        backup_retention_days=int(row.get("BackupRetentionPeriod") or 0),
        earliest_restorable_at=row.get("EarliestRestorableTime"),
        latest_restorable_at=row.get("LatestRestorableTime"),
        created_at=row.get("ClusterCreateTime"),
        has_deletion_protection=bool(row.get("DeletionProtection")),
        copies_tags=row.get("CopyTagsToSnapshot"),
        upgrades_minor_versions=row.get("AutoMinorVersionUpgrade"),
        is_multi_zone=bool(row.get("MultiAZ")),
        log_exports=tuple(row.get("EnabledCloudwatchLogsExports", ())),
        insights_mode=row.get("DatabaseInsightsMode"),
        has_performance_insights=row.get("PerformanceInsightsEnabled"),
        monitoring_interval_seconds=row.get("MonitoringInterval"),
        backtrack_window_seconds=row.get("BacktrackWindow"),
        earliest_backtrack_at=row.get("EarliestBacktrackTime"),
        backtrack_consumed_records=row.get("BacktrackConsumedChangeRecords"),
        scaling=_scaling(row),
        global_cluster=_global(row),
        io_optimized_allowed_at=row.get("IOOptimizedNextAllowedModificationTime"),
        instance_class=row.get("DBClusterInstanceClass"),
        pending=pending(row),
        tags=tags(row),
    )


def _global(row: Row) -> str | None:
    said = present(row.get("GlobalClusterIdentifier"))
    return identifier(said) if said else None


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The cluster; no row for a stand-alone instance. Raises SourceError."""
    del taken_at
    region = reader.target.place.region
    return Collected((CloudClusters(tuple(cluster_of(row, region) for row in reader.clusters())),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("clusters", (CloudClusters,), interval_seconds=60, deadline_seconds=60, collect=collect)
