"""Source `security_groups`: who may reach the target (ec2:DescribeSecurityGroups). Fills SecurityGroups."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_network import Ingress, SecurityGroup, SecurityGroups

EVERY_SECONDS = 900.0


def _ingress(row: Row) -> Ingress:
    networks = [one["CidrIp"] for one in row.get("IpRanges", ())] + [
        one["CidrIpv6"] for one in row.get("Ipv6Ranges", ())
    ]
    groups = tuple(one["GroupId"] for one in row.get("UserIdGroupPairs", ()) if "GroupId" in one)
    return Ingress(str(row["IpProtocol"]), row.get("FromPort"), row.get("ToPort"), tuple(networks), groups)


def _group(row: Row) -> SecurityGroup:
    return SecurityGroup(
        row["GroupId"], row.get("GroupName", ""), tuple(_ingress(one) for one in row.get("IpPermissions", ()))
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The groups of the cluster and its members. Raises SourceError."""
    del taken_at
    rows = [*reader.clusters(), *reader.instances()]
    wanted = sorted({one["VpcSecurityGroupId"] for row in rows for one in row.get("VpcSecurityGroups", ())})
    if not wanted:
        return Collected((SecurityGroups(()),))
    found = reader.rows("ec2", "describe_security_groups", "SecurityGroups", EVERY_SECONDS, GroupIds=wanted)
    return Collected((SecurityGroups(tuple(_group(row) for row in found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "security_groups", (SecurityGroups,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
