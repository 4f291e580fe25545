"""`parameters/pending_reboot`: reads CloudClusters, CloudInstances; says who runs with other parameters than its group says."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Evidence, Severity

PENDING = "pending-reboot"


@check(needs=(CloudClusters, CloudInstances))
def pending_reboot(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Members whose parameter group has changed and that were not rebooted since.

    Risk: the member runs with the old values, and takes the new ones at an unplanned restart, a failover for example.
    Evidence: ParameterApplyStatus of DescribeDBInstances and DBClusterParameterGroupStatus of DBClusterMembers.
    Remedy: reboot it at a quiet hour, readers first; or take the change back.
    False positives: none.
    """
    of_cluster = {
        one.instance: one.parameter_status for row in context.window.need(CloudClusters).rows for one in row.members
    }
    for row in context.window.need(CloudInstances).rows:
        theirs = of_cluster.get(row.identifier, "in-sync")
        if PENDING not in (row.parameter_status, theirs):
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} waits for a reboot to take the changes of its parameter group.",
            evidence(row, "DBParameterGroups.ParameterApplyStatus", row.parameter_status),
            Evidence("DBClusterParameterGroupStatus", theirs, "", "DBClusterMember.DBClusterParameterGroupStatus"),
        )
        yield found
        yield mended(
            context,
            found,
            aws("rds", "reboot-db-instance", row.region, db_instance_identifier=row.identifier),
            risk="All its sessions end; a writer is away for some seconds.",
            caution="Reboot readers one after the other, then the writer; an Aurora writer takes its readers along in older versions.",
        )
