"""Source `subnet_groups`: the subnets and zones that the target may lie in (rds:DescribeDBSubnetGroups). Fills SubnetGroups."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_network import Subnet, SubnetGroup, SubnetGroups

EVERY_SECONDS = 3600.0


def group_names(reader: Reader) -> tuple[str, ...]:
    """The subnet groups of the cluster and its members."""
    names = [row.get("DBSubnetGroup") for row in reader.clusters()]
    names += [(row.get("DBSubnetGroup") or {}).get("DBSubnetGroupName") for row in reader.instances()]
    return tuple(sorted({str(name) for name in names if name}))


def _group(row: Row) -> SubnetGroup:
    subnets = [
        Subnet(one["SubnetIdentifier"], (one.get("SubnetAvailabilityZone") or {}).get("Name", ""))
        for one in row.get("Subnets", ())
    ]
    return SubnetGroup(row["DBSubnetGroupName"], row.get("VpcId", ""), tuple(subnets))


def groups(reader: Reader) -> tuple[SubnetGroup, ...]:
    """The groups in use, read at most once an hour. Raises SourceError."""
    found: list[SubnetGroup] = []
    for name in group_names(reader):
        rows = reader.rows("rds", "describe_db_subnet_groups", "DBSubnetGroups", EVERY_SECONDS, DBSubnetGroupName=name)
        found += [_group(row) for row in rows]
    return tuple(found)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The groups of the cluster and its members. Raises SourceError."""
    del taken_at
    return Collected((SubnetGroups(groups(reader)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "subnet_groups", (SubnetGroups,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
