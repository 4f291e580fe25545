"""`availability/deletion_unprotected`: reads CloudClusters, CloudInstances; says what one call can delete."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, primaries, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


@check(
    needs=(CloudClusters, CloudInstances),
    controls=("RDS.7", "RDS.8", "prowler:rds_cluster_deletion_protection", "prowler:rds_instance_deletion_protection"),
)
def deletion_unprotected(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances without deletion protection.

    Risk: one wrong call, script or stack update deletes the database, and its automated backups with it.
    Evidence: DeletionProtection of DescribeDBClusters and DescribeDBInstances.
    Remedy: turn it on; it needs no restart.
    False positives: throw-away databases of tests.
    """
    for row in primaries(context.window):
        if row.has_deletion_protection:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} has no deletion protection.",
            evidence(row, "DeletionProtection", False),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, deletion_protection=True),
            risk="Deleting it on purpose needs one step more.",
            rollback=(modify(row, deletion_protection=False),),
            template=desired(row, DeletionProtection=True),
        )
