"""`backup/tags_not_copied`: reads CloudClusters, CloudInstances; says whose snapshots lose their tags."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, primaries, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


@check(
    needs=(CloudClusters, CloudInstances),
    controls=(
        "RDS.16", "RDS.17", "RDS.47", "RDS.48",
        "prowler:rds_cluster_copy_tags_to_snapshots", "prowler:rds_instance_copy_tags_to_snapshots",
    ),
)  # fmt: skip
def tags_not_copied(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances whose tags are not copied to their snapshots.

    Risk: rules that go by tags (who may read, what is kept, who pays) do not hold for the snapshots.
    Evidence: CopyTagsToSnapshot of DescribeDBClusters and DescribeDBInstances.
    Remedy: turn it on; snapshots that exist are not changed.
    False positives: an account that does not work with tags.
    """
    for row in primaries(context.window):
        if row.copies_tags is not False:
            continue
        found = context.finding(
            subject(row),
            Severity.LOW,
            f"{row.identifier} does not copy its tags to its snapshots.",
            evidence(row, "CopyTagsToSnapshot", False),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, copy_tags_to_snapshot=True),
            risk="None.",
            rollback=(modify(row, copy_tags_to_snapshot=False),),
            template=desired(row, CopyTagsToSnapshot=True),
        )
