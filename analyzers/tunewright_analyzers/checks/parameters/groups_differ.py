"""`parameters/groups_differ`: reads CloudClusters, CloudInstances, ParameterGroups; says which members would behave otherwise after a failover."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, readers, subject, writer
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_parameters import ParameterGroup, ParameterGroups
from tunewright_analyzers.finding import Evidence, Severity

MOST = 10


def _user(group: ParameterGroup | None) -> dict[str, str | None]:
    return {one.parameter: one.value for one in group.parameters if one.source == "user"} if group is not None else {}


@check(needs=(CloudClusters, CloudInstances, ParameterGroups))
def groups_differ(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Members of one cluster whose parameter groups set other values than the writer's.

    Risk: a failover changes memory, timeouts or planner settings with the role, and nobody looks there.
    Evidence: DBParameterGroups of the members; parameters with Source=user of DescribeDBParameters.
    Remedy: one group for all members that can be promoted.
    False positives: readers for reports, with a high promotion tier and settings of their own.
    """
    groups = context.window.need(ParameterGroups)
    for cluster in context.window.need(CloudClusters).rows:
        lead = writer(context.window, cluster)
        if lead is None:
            continue
        wanted = _user(groups.get(lead.parameter_group, of_cluster=False))
        for row in readers(context.window, cluster):
            theirs = _user(groups.get(row.parameter_group, of_cluster=False))
            other = sorted(name for name in wanted.keys() | theirs.keys() if wanted.get(name) != theirs.get(name))
            if not other:
                continue
            found = context.finding(
                subject(row),
                Severity.MEDIUM,
                f"{row.identifier} sets {len(other)} parameter{'' if len(other) == 1 else 's'} otherwise than the writer {lead.identifier}.",
                Evidence("parameters", ", ".join(other[:MOST]), "", "Parameter.ParameterValue, Source=user"),
                evidence(row, "DBParameterGroups", row.parameter_group or "none"),
                evidence(lead, "DBParameterGroups", lead.parameter_group or "none"),
            )
            yield found
            if lead.parameter_group is not None and row.parameter_group is not None:
                yield mended(
                    context,
                    found,
                    modify(row, db_parameter_group_name=lead.parameter_group),
                    risk="Takes effect with the next reboot of the member.",
                    rollback=(modify(row, db_parameter_group_name=row.parameter_group),),
                    template=desired(row, DBParameterGroupName=lead.parameter_group),
                )
