"""`security/snapshot_unencrypted`: reads CloudSnapshots; says which manual snapshots are not encrypted."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.resources import region
from tunewright_analyzers.facts.cloud import CloudClusters
from tunewright_analyzers.facts.cloud_backup import CloudSnapshot, CloudSnapshots
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity, Subject

KEY = "alias/aws/rds"
"""The account's own; a key of yours is the better one."""


def _sealed(row: CloudSnapshot, window: Window) -> tuple[str, ...]:
    """An encrypted one beside it. Of Aurora a copy cannot be encrypted: it goes over a cluster that is restored with a key, and deleted."""
    place, sealed = region(window.latest), f"{row.identifier}-encrypted"
    if place is None:
        return ()
    if not row.of_cluster:
        return (
            aws("rds", "copy-db-snapshot", place, source_db_snapshot_identifier=row.identifier,
                target_db_snapshot_identifier=sealed, kms_key_id=KEY),
        )  # fmt: skip
    clusters = window.latest.section(CloudClusters)
    cluster = clusters.get(row.origin) if clusters is not None else None
    if cluster is None:
        return ()
    return (
        aws("rds", "restore-db-cluster-from-snapshot", place, db_cluster_identifier=sealed, snapshot_identifier=row.identifier,
            engine=cluster.engine, kms_key_id=KEY),
        aws("rds", "create-db-cluster-snapshot", place, db_cluster_identifier=sealed, db_cluster_snapshot_identifier=sealed),
        aws("rds", "delete-db-cluster", place, db_cluster_identifier=sealed, skip_final_snapshot=True),
    )  # fmt: skip


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
        found = context.finding(
            Subject("snapshot", row.identifier),
            Severity.HIGH,
            f"The manual snapshot {row.identifier} of {row.origin} is not encrypted.",
            Evidence(field.partition(".")[2], False, "", field),
            Evidence("taken", row.created_at.isoformat() if row.created_at else "unknown", "", "SnapshotCreateTime"),
        )
        yield found
        lines = _sealed(row, context.window)
        if lines:
            yield mended(
                context,
                found,
                *lines,
                risk="Both are billed until the plain one is deleted, which is not done here: look at the encrypted one first.",
                caution="Each step must have ended before the next: `aws rds wait` does that.",
            )
