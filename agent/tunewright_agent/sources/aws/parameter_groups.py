"""Source `parameter_groups`: every parameter of the groups that the target uses. Fills ParameterGroups.

rds:DescribeDBClusterParameters and rds:DescribeDBParameters with …ParameterGroups for the family. Groups are shared by many clusters:
an answer is read once for all of them.
"""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups

EVERY_SECONDS = 900.0


def parameter_of(row: Row) -> CloudParameter:
    """A row of DescribeDBParameters and its like."""
    return CloudParameter(
        parameter=row["ParameterName"],
        value=row.get("ParameterValue"),
        source=row.get("Source", "engine-default"),
        apply_type=row.get("ApplyType"),
        apply_method=row.get("ApplyMethod"),
        is_modifiable=bool(row.get("IsModifiable", True)),
    )


def groups_in_use(reader: Reader) -> tuple[tuple[str, bool], ...]:
    """(name, of a cluster) of each group that the cluster and its members use."""
    of_cluster = {row.get("DBClusterParameterGroup") for row in reader.clusters()}
    of_members = {
        one.get("DBParameterGroupName") for row in reader.instances() for one in row.get("DBParameterGroups", ())
    }
    found = [(str(name), True) for name in of_cluster if name] + [(str(name), False) for name in of_members if name]
    return tuple(sorted(found))


def family_of(reader: Reader, name: str, of_cluster: bool) -> str:
    """The group's family, as in `aurora-postgresql16`. Raises SourceError."""
    if of_cluster:
        rows = reader.rows(
            "rds",
            "describe_db_cluster_parameter_groups",
            "DBClusterParameterGroups",
            EVERY_SECONDS,
            DBClusterParameterGroupName=name,
        )
    else:
        rows = reader.rows("rds", "describe_db_parameter_groups", "DBParameterGroups", EVERY_SECONDS, DBParameterGroupName=name)  # fmt: skip
    return str(rows[0].get("DBParameterGroupFamily", "")) if rows else ""


def _group(reader: Reader, name: str, of_cluster: bool) -> ParameterGroup:
    if of_cluster:
        rows = reader.rows("rds", "describe_db_cluster_parameters", "Parameters", EVERY_SECONDS, DBClusterParameterGroupName=name)  # fmt: skip
    else:
        rows = reader.rows("rds", "describe_db_parameters", "Parameters", EVERY_SECONDS, DBParameterGroupName=name)
    family = family_of(reader, name, of_cluster)
    return ParameterGroup(name, of_cluster, family, tuple(parameter_of(row) for row in rows))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The groups in use, whole. Raises SourceError."""
    del taken_at
    return Collected((ParameterGroups(tuple(_group(reader, *one) for one in groups_in_use(reader))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "parameter_groups", (ParameterGroups,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect
    )
