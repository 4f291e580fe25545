"""`replication/custom_endpoint_empty`: reads CloudClusters, ClusterEndpoints; says which custom endpoint leads nowhere, or to the writer."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, ClusterEndpoint, ClusterEndpoints
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _members(endpoint: ClusterEndpoint, cluster: CloudCluster) -> set[str]:
    """Members of the cluster that it leads to: those that it lists, or all but those that it leaves out."""
    there = {one.instance for one in cluster.members}
    return there & set(endpoint.static_members) if endpoint.static_members else there - set(endpoint.excluded_members)


def _fault(endpoint: ClusterEndpoint, cluster: CloudCluster) -> str | None:
    leads = _members(endpoint, cluster)
    if not leads:
        return "leads to no member of the cluster"
    readers = {one.instance for one in cluster.members if not one.is_writer}
    if endpoint.custom_kind == "READER" and readers and not leads & readers:
        return "is one for readers and leads to the writer only"
    return None


@check(needs=(CloudClusters, ClusterEndpoints))
def custom_endpoint_empty(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A custom endpoint that leads to no member, or one for readers that leads to the writer only.

    Risk: its clients find nobody, or their reads fall on the writer after a failover or a change of members.
    Evidence: StaticMembers and ExcludedMembers of DescribeDBClusterEndpoints against DBClusterMembers.
    Remedy: name members that there are, or better: leave the list empty and exclude those that shall not serve it.
    False positives: an endpoint that is kept for members that are made for some hours of the day.
    """
    clusters = context.window.need(CloudClusters)
    for endpoint in context.window.need(ClusterEndpoints).rows:
        cluster = clusters.get(endpoint.cluster)
        fault = _fault(endpoint, cluster) if cluster is not None and endpoint.kind == "CUSTOM" else None
        if cluster is None or fault is None or endpoint.identifier is None:
            continue
        found = context.finding(
            Subject("endpoint", endpoint.identifier),
            Severity.MEDIUM,
            f"The custom endpoint {endpoint.identifier} of {cluster.identifier} {fault}.",
            Evidence("StaticMembers", ", ".join(endpoint.static_members) or "none", "", "DBClusterEndpoint.StaticMembers"),
            Evidence("ExcludedMembers", ", ".join(endpoint.excluded_members) or "none", "", "DBClusterEndpoint.ExcludedMembers"),
        )  # fmt: skip
        yield found
        readers = tuple(one.instance for one in cluster.members if not one.is_writer)
        if readers:
            which = {"db_cluster_endpoint_identifier": endpoint.identifier}
            yield mended(
                context,
                found,
                aws("rds", "modify-db-cluster-endpoint", cluster.region, **which, static_members=readers),
                risk="Its clients are led to all readers at once.",
                rollback=(
                    aws("rds", "modify-db-cluster-endpoint", cluster.region, **which, static_members=endpoint.static_members),
                ) if endpoint.static_members else (),
            )  # fmt: skip
