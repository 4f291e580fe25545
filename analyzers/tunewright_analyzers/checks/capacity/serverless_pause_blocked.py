"""`capacity/serverless_pause_blocked`: reads CloudClusters, CloudInstances, ParameterGroups, Proxies; says what keeps a cluster from pausing."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances, Proxies
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity

LEAST_ACU = 0.5
"""The least capacity of a cluster that does not pause."""
_ON = frozenset({"1", "on", "true"})


def _blockers(window: Window, row: CloudCluster) -> Iterator[tuple[str, str]]:
    """What blocks, and where it was read."""
    for proxy in window.need(Proxies).rows:
        if row.identifier in proxy.targets:
            yield f"RDS Proxy {proxy.name} holds connections", "DBProxyTarget.TrackedClusterId"
    group = window.need(ParameterGroups).get(row.parameter_group, of_cluster=True)
    logical = group.get("rds.logical_replication") if group is not None else None
    if logical is not None and (logical.value or "").lower() in _ON:
        yield "logical replication is on", "rds.logical_replication"
    if row.global_cluster is not None and row.writer is not None:
        yield "it is the primary of a global cluster", "DBCluster.GlobalClusterIdentifier"


@check(needs=(CloudClusters, CloudInstances, ParameterGroups, Proxies))
def serverless_pause_blocked(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A serverless cluster with a minimum of 0 that can never pause.

    Risk: it was set to 0 to cost nothing when idle, and costs day and night.
    Evidence: MinCapacity 0 together with an RDS Proxy, logical replication, or a global primary (Aurora's guide).
    Remedy: take the blocker away, or set the minimum that is really used.
    False positives: a minimum of 0 as a mere lower bound. Any open connection blocks the pause too, one of a monitor for example.
    """
    serverless = {row.cluster for row in context.window.need(CloudInstances).rows if row.is_serverless}
    for row in context.window.need(CloudClusters).rows:
        if row.scaling is None or row.scaling.min_acu > 0 or row.identifier not in serverless:
            continue
        blockers = list(_blockers(context.window, row))
        if not blockers:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} may scale to 0 ACU and never can: {'; '.join(text for text, _ in blockers)}.",
            evidence(row, "ServerlessV2ScalingConfiguration.MinCapacity", 0, "ACU"),
            *(Evidence("blocked", text, "", source) for text, source in blockers),
        )
        yield found
        before, after = (f"MinCapacity={low:g},MaxCapacity={row.scaling.max_acu:g}" for low in (0, LEAST_ACU))
        yield mended(
            context,
            found,
            modify(row, serverless_v2_scaling_configuration=after),
            risk="None: it never went below that. Where it shall pause, take the blocker away instead.",
            rollback=(modify(row, serverless_v2_scaling_configuration=before),),
            template=desired(
                row, ServerlessV2ScalingConfiguration={"MinCapacity": LEAST_ACU, "MaxCapacity": row.scaling.max_acu}
            ),
        )
