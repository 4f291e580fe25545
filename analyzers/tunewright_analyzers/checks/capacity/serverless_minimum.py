"""`capacity/serverless_minimum`: reads CloudClusters, CloudInstances; says whose minimum is too small for what is switched on."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.finding import Evidence, Severity

WITH_INSIGHTS = 2.0
GLOBAL_PRIMARY = 8.0
"""ACU that Aurora's guide asks for."""


def _needed(row: CloudCluster, members: list[CloudInstance]) -> tuple[float, str]:
    if row.global_cluster is not None and row.writer is not None:
        return GLOBAL_PRIMARY, "the primary of a global cluster"
    if any(one.has_performance_insights for one in members):
        return WITH_INSIGHTS, "Performance Insights"
    return 0.0, ""


@check(needs=(CloudClusters, CloudInstances))
def serverless_minimum(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A serverless cluster whose minimum capacity is below what its features need.

    Risk: Performance Insights takes memory that 0.5 or 1 ACU do not have; a global primary lags in replicating.
    Evidence: ServerlessV2ScalingConfiguration.MinCapacity against 2 ACU with Performance Insights and 8 for a global primary (Aurora's guide).
    Remedy: raise the minimum, or switch the feature off.
    False positives: a cluster that pauses (minimum 0): that is weighed in capacity/serverless_pause_blocked, and left out here.
    """
    instances = context.window.need(CloudInstances).rows
    for row in context.window.need(CloudClusters).rows:
        members = [one for one in instances if one.cluster == row.identifier and one.is_serverless]
        if row.scaling is None or not members or row.scaling.min_acu == 0:
            continue
        needed, reason = _needed(row, members)
        if row.scaling.min_acu >= needed:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"The minimum of {row.identifier} is {row.scaling.min_acu:g} ACU; {reason} wants {needed:g}.",
            evidence(row, "ServerlessV2ScalingConfiguration.MinCapacity", row.scaling.min_acu, "ACU"),
            Evidence("needed", needed, "ACU", f"Aurora's guide, {reason}"),
        )
        yield found
        most = max(row.scaling.max_acu, needed)
        yield mended(
            context,
            found,
            modify(row, serverless_v2_scaling_configuration=f"MinCapacity={needed:g},MaxCapacity={most:g}"),
            risk="The minimum is billed day and night.",
            rollback=(
                modify(row, serverless_v2_scaling_configuration=f"MinCapacity={row.scaling.min_acu:g},MaxCapacity={row.scaling.max_acu:g}"),
            ),
            template=desired(row, ServerlessV2ScalingConfiguration={"MinCapacity": needed, "MaxCapacity": most}),
        )  # fmt: skip
