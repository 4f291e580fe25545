"""`replication/global_topology`: reads CloudClusters, GlobalClusters; says when a global cluster could not take over."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.cloud import CloudClusters, GlobalCluster, GlobalClusters
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _faults(row: GlobalCluster) -> Iterator[str]:
    if not any(one.is_writer for one in row.members):
        yield "no cluster of it writes"
    secondaries = [one for one in row.members if not one.is_writer]
    if not secondaries:
        yield "it has no secondary Region"
    for one in secondaries:
        if one.synchronization == "pending-resync":
            yield f"the secondary in {one.region} is not in sync (pending-resync)"
        if not one.readers and one.synchronization != "connected":
            yield f"the secondary in {one.region} has no instance"


@check(needs=(CloudClusters, GlobalClusters))
def global_topology(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A global cluster without a secondary, or with one that could not be promoted now.

    Risk: the loss of the primary Region finds nothing to switch to.
    Evidence: GlobalClusterMembers (IsWriter, Readers, SynchronizationStatus) of DescribeGlobalClusters.
    Remedy: a secondary with at least one instance in another Region; look at its events where it does not get in sync.
        No command: a cluster in another Region needs that Region's network and keys.
    False positives: a secondary without instances on purpose (headless): it can be given one within minutes.
    """
    names = {row.global_cluster for row in context.window.need(CloudClusters).rows} - {None}
    arns = {row.arn for row in context.window.need(CloudClusters).rows}
    for row in context.window.need(GlobalClusters).rows:
        if row.identifier not in names and not arns & {one.cluster_arn for one in row.members}:
            continue
        faults = list(_faults(row))
        if not faults:
            continue
        yield context.finding(
            Subject("global cluster", row.identifier),
            Severity.HIGH,
            f"The global cluster {row.identifier} is not ready to switch over: {'; '.join(faults)}.",
            *(
                Evidence(one.cluster_arn, "writer" if one.is_writer else one.synchronization or "not reported", "",
                         "GlobalClusterMember.SynchronizationStatus")
                for one in row.members
            ),
            Evidence("Status", row.status, "", "GlobalCluster.Status"),
        )  # fmt: skip
