"""`security/snapshot_unencrypted`: reads CloudSnapshots; says which manual snapshots are not encrypted."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.cloud_backup import CloudSnapshots
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(CloudSnapshots,), controls=("RDS.4", "prowler:rds_snapshots_encrypted"))
def snapshot_unencrypted(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Manual snapshots that are not encrypted: they outlive the cluster and its retention.

    Risk: whoever may restore or copy the snapshot reads everything, years later too.
    Evidence: StorageEncrypted (of clusters) and Encrypted (of instances) of the snapshots of type manual.
    Remedy: copy it with a KMS key (Aurora: restore it with one), then delete the plain one.
    False positives: data that is public anyway. Automated snapshots follow the cluster: security/storage_unencrypted says that.
    """
    for row in context.window.need(CloudSnapshots).rows:
        if row.is_encrypted or row.kind != "manual":
            continue
        field = "DBClusterSnapshot.StorageEncrypted" if row.of_cluster else "DBSnapshot.Encrypted"
        yield context.finding(
            Subject("snapshot", row.identifier),
            Severity.HIGH,
            f"The manual snapshot {row.identifier} of {row.origin} is not encrypted.",
            Evidence(field.partition(".")[2], False, "", field),
            Evidence("taken", row.created_at.isoformat() if row.created_at else "unknown", "", "SnapshotCreateTime"),
        )
