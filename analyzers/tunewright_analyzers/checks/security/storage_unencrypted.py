"""`security/storage_unencrypted`: reads CloudClusters, CloudInstances; says whose storage is not encrypted."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, desired, mended
from tunewright_analyzers.cloud.resources import Resource, evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


def _copied(row: Resource) -> tuple[str, ...]:
    """Storage is encrypted at its making only: snapshot, encrypted copy, restore beside the old one."""
    plain, sealed, fresh = (f"{row.identifier}-{end}" for end in ("plain", "encrypted", "new"))
    if isinstance(row, CloudCluster):
        return (
            aws("rds", "create-db-cluster-snapshot", row.region, db_cluster_identifier=row.identifier,
                db_cluster_snapshot_identifier=plain),
            aws("rds", "restore-db-cluster-from-snapshot", row.region, db_cluster_identifier=fresh,
                snapshot_identifier=plain, engine=row.engine, kms_key_id="alias/aws/rds"),
        )  # fmt: skip
    return (
        aws("rds", "create-db-snapshot", row.region, db_instance_identifier=row.identifier, db_snapshot_identifier=plain),
        aws("rds", "copy-db-snapshot", row.region, source_db_snapshot_identifier=plain,
            target_db_snapshot_identifier=sealed, kms_key_id="alias/aws/rds"),
        aws("rds", "restore-db-instance-from-db-snapshot", row.region, db_instance_identifier=fresh,
            db_snapshot_identifier=sealed),
    )  # fmt: skip


@check(
    needs=(CloudClusters, CloudInstances),
    controls=("RDS.3", "RDS.27", "prowler:rds_cluster_storage_encrypted", "prowler:rds_instance_storage_encrypted"),
)
def storage_unencrypted(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Storage, backups and snapshots of a cluster or instance that are not encrypted at rest.

    Risk: who gets at a volume, a backup or a copied snapshot reads everything.
    Evidence: StorageEncrypted of DescribeDBClusters and DescribeDBInstances.
    Remedy: it cannot be turned on in place: restore a snapshot with a KMS key beside the old cluster, and move the clients there.
    False positives: data that is public anyway.
    """
    for row in owners(context.window):
        if row.is_encrypted:
            continue
        found = context.finding(
            subject(row),
            Severity.HIGH,
            f"The storage of {row.identifier} is not encrypted, nor are its backups.",
            evidence(row, "StorageEncrypted", False),
        )
        yield found
        yield mended(
            context,
            found,
            *_copied(row),
            risk="The copy has another endpoint and holds what was written before the snapshot: stop the writers, or replicate the rest.",
            template=desired(row, StorageEncrypted=True),
            caution="In CloudFormation a change of StorageEncrypted replaces the resource.",
        )
