"""`security/tls_not_enforced`: reads CloudClusters, CloudInstances, ParameterGroups; says who lets clients in without TLS."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended, template
from tunewright_analyzers.cloud.resources import Resource, is_postgres, owners, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_parameters import ParameterGroup, ParameterGroups
from tunewright_analyzers.finding import Evidence, Severity

_ON = frozenset({"1", "on", "true"})


def _set(row: Resource, group: ParameterGroup, name: str, value: str) -> str:
    operation = "modify-db-cluster-parameter-group" if group.of_cluster else "modify-db-parameter-group"
    which = {"db_cluster_parameter_group_name" if group.of_cluster else "db_parameter_group_name": group.group_name}
    change = f"ParameterName={name},ParameterValue={value},ApplyMethod=immediate"
    return aws("rds", operation, row.region, **which, parameters=(change,))


@check(
    needs=(CloudClusters, CloudInstances, ParameterGroups),
    controls=("RDS.38", "RDS.39", "RDS.44", "prowler:rds_instance_transport_encrypted"),
)
def tls_not_enforced(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances that accept sessions without TLS.

    Risk: passwords and rows cross the network in the clear for every client that does not ask for TLS.
    Evidence: rds.force_ssl (PostgreSQL) or require_secure_transport (MySQL, MariaDB) in the parameter group in use.
    Remedy: set it to 1 (ON); it is dynamic, and open sessions stay. Security Hub's own control skips members of clusters.
    False positives: clients that cannot speak TLS; a proxy that enforces it before the database.
    """
    groups = context.window.need(ParameterGroups)
    for row in owners(context.window):
        group = groups.get(row.parameter_group, of_cluster=isinstance(row, CloudCluster))
        name = "rds.force_ssl" if is_postgres(row.engine) else "require_secure_transport"
        parameter = group.get(name) if group is not None else None
        if group is None or parameter is None or (parameter.value or "").lower() in _ON:
            continue
        value = parameter.value or "unset"
        found = context.finding(
            subject(row),
            Severity.HIGH,
            f"{row.identifier} accepts sessions without TLS: {name} is {value}.",
            Evidence(name, value, "", f"parameter group {group.group_name}"),
            Evidence("Source", parameter.source, "", "Parameter.Source"),
        )
        yield found
        if group.is_default or not parameter.is_modifiable:
            continue  # AWS' own groups cannot be changed
        kind = "AWS::RDS::DBClusterParameterGroup" if group.of_cluster else "AWS::RDS::DBParameterGroup"
        on = "1" if is_postgres(row.engine) else "ON"
        yield mended(
            context,
            found,
            _set(row, group, name, on),
            risk="Clients without TLS are refused at their next connection.",
            rollback=(_set(row, group, name, "0" if on == "1" else "OFF"),),
            template=template(
                kind, Description=f"Parameters of {row.identifier}", Family=group.family, Parameters={name: on}
            ),
        )
