"""`cost/empty_cluster`: reads CloudClusters; says which cluster has storage and no instance."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudClusters
from tunewright_analyzers.finding import Severity


@check(needs=(CloudClusters,))
def empty_cluster(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A cluster without members.

    Risk: its storage and backups are billed, and nobody can read them.
    Evidence: DBClusterMembers of DescribeDBClusters is empty.
    Remedy: delete it with a last snapshot, or give it an instance.
    False positives: a headless secondary of a global cluster, which is left out here; a stopped rebuild.
    """
    for row in context.window.need(CloudClusters).rows:
        if row.members or row.global_cluster is not None or row.engine_mode == "serverless":
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"The cluster {row.identifier} has no instance, and its storage is billed.",
            evidence(row, "DBClusterMembers", 0, "count"),
            evidence(row, "Status", row.status),
        )
        yield found
        yield mended(
            context,
            found,
            aws("rds", "delete-db-cluster", row.region, db_cluster_identifier=row.identifier,
                final_db_snapshot_identifier=f"{row.identifier}-final"),
            risk="The cluster is gone; the last snapshot is billed as long as it is kept.",
            rollback=(
                aws("rds", "restore-db-cluster-from-snapshot", row.region, db_cluster_identifier=row.identifier,
                    snapshot_identifier=f"{row.identifier}-final", engine=row.engine),
            ),
            caution="Deletion protection must be off.",
        )  # fmt: skip
