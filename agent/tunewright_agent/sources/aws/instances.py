"""Source `instances`: the members as DescribeDBInstances tells them. Fills CloudInstances."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import pending, present, tags
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud import CloudInstance, CloudInstances


def _group(row: Row) -> tuple[str | None, str]:
    groups = row.get("DBParameterGroups") or [{}]
    return groups[0].get("DBParameterGroupName"), str(groups[0].get("ParameterApplyStatus", "in-sync"))


def _subnet_group(row: Row) -> str | None:
    return present((row.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"))


def instance_of(row: Row, region: str) -> CloudInstance:
    """A row of DescribeDBInstances."""
    endpoint, certificate = row.get("Endpoint") or {}, row.get("CertificateDetails") or {}
    group, group_status = _group(row)
    encrypted = bool(row.get("StorageEncrypted"))
    return CloudInstance(
        identifier=row["DBInstanceIdentifier"],
        arn=row["DBInstanceArn"],
        region=region,
        engine=row["Engine"],
        engine_version=row["EngineVersion"],
        status=row.get("DBInstanceStatus", "unknown"),
        instance_class=row["DBInstanceClass"],
        cluster=present(row.get("DBClusterIdentifier")),
        resource_id=row.get("DbiResourceId", ""),
        address=present(endpoint.get("Address")),
        port=endpoint.get("Port"),
        zone=present(row.get("AvailabilityZone")),
        promotion_tier=row.get("PromotionTier"),
        engine_lifecycle_support=row.get("EngineLifecycleSupport"),
        is_publicly_accessible=bool(row.get("PubliclyAccessible")),
        is_encrypted=encrypted,
        kms_key=row.get("KmsKeyId") if encrypted else None,
        security_groups=tuple(one["VpcSecurityGroupId"] for one in row.get("VpcSecurityGroups", ())),
        subnet_group=_subnet_group(row),
        parameter_group=group,
        parameter_status=group_status,
        has_iam_authentication=row.get("IAMDatabaseAuthenticationEnabled"),
        backup_retention_days=int(row.get("BackupRetentionPeriod") or 0),
        latest_restorable_at=row.get("LatestRestorableTime"),
        has_deletion_protection=bool(row.get("DeletionProtection")),
        copies_tags=row.get("CopyTagsToSnapshot"),
        upgrades_minor_versions=bool(row.get("AutoMinorVersionUpgrade")),
        is_multi_zone=bool(row.get("MultiAZ")),
        log_exports=tuple(row.get("EnabledCloudwatchLogsExports", ())),
        insights_mode=row.get("DatabaseInsightsMode"),
        has_performance_insights=row.get("PerformanceInsightsEnabled"),
        performance_insights_retention_days=row.get("PerformanceInsightsRetentionPeriod"),
        monitoring_interval_seconds=row.get("MonitoringInterval"),
        certificate=present(certificate.get("CAIdentifier") or row.get("CACertificateIdentifier")),
        certificate_valid_till=certificate.get("ValidTill"),
        storage_type=row.get("StorageType"),
        allocated_gib=row.get("AllocatedStorage"),
        max_allocated_gib=row.get("MaxAllocatedStorage"),
        iops=row.get("Iops"),
        replica_of=present(row.get("ReadReplicaSourceDBInstanceIdentifier")),
        created_at=row.get("InstanceCreateTime"),
        pending=pending(row),
        tags=tags(row),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The members; none where a cluster has none. Raises SourceError."""
    del taken_at
    region = reader.target.place.region
    return Collected((CloudInstances(tuple(instance_of(row, region) for row in reader.instances())),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("instances", (CloudInstances,), interval_seconds=60, deadline_seconds=60, collect=collect)
