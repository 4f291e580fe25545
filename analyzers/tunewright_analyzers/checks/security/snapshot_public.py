"""`security/snapshot_public`: reads SnapshotShares; says which snapshots everybody may restore."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.resources import owners
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_backup import SnapshotShares
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(
    needs=(CloudClusters, CloudInstances, SnapshotShares),
    controls=("RDS.1", "prowler:rds_snapshots_public_access"),
)
def snapshot_public(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Snapshots that every AWS account in the world may restore.

    Risk: all data of that day are public; scanners copy public snapshots within minutes.
    Evidence: the attribute restore holds `all` in DescribeDBClusterSnapshotAttributes or DescribeDBSnapshotAttributes.
    Remedy: take `all` out of the attribute; treat the data, and every password in them, as known.
    False positives: a data set that is published on purpose.
    """
    region = next((row.region for row in owners(context.window)), "")
    for row in context.window.need(SnapshotShares).rows:
        if "all" not in row.accounts:
            continue
        found = context.finding(
            Subject("snapshot", row.snapshot),
            Severity.CRITICAL,
            f"Every AWS account may restore the snapshot {row.snapshot}.",
            Evidence("restore", "all", "", f"DB{'Cluster' if row.of_cluster else ''}SnapshotAttributes"),
        )
        yield found
        operation = f"modify-db-{'cluster-' if row.of_cluster else ''}snapshot-attribute"
        which = {f"db_{'cluster_' if row.of_cluster else ''}snapshot_identifier": row.snapshot}
        yield mended(
            context,
            found,
            aws("rds", operation, region, **which, attribute_name="restore", values_to_remove=("all",)),
            risk="Nobody else can restore it any more; copies that were taken before stay.",
            rollback=(aws("rds", operation, region, **which, attribute_name="restore", values_to_add=("all",)),),
        )
