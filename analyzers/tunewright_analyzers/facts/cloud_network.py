"""How a cluster is reached: security groups, the routes of its subnets, subnet groups."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class Ingress:
    """One inbound rule and the networks that it lets in. `protocol` -1 is every one; ports None: all of them."""

    protocol: str
    from_port: int | None
    to_port: int | None
    networks: tuple[str, ...]
    """CidrIp and CidrIpv6."""
    groups: tuple[str, ...] = ()
    """Security groups that it lets in."""

    def covers(self, port: int) -> bool:
        """Whether TCP connections to that port fall under it."""
        if self.protocol not in {"-1", "tcp", "6"}:
            return False
        if self.protocol == "-1" or self.from_port is None or self.to_port is None:
            return True
        return self.from_port <= port <= self.to_port


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A VPC security group."""

    identifier: str
    group_name: str
    ingress: tuple[Ingress, ...]


@dataclass(frozen=True, slots=True)
class SecurityGroups(CloudSection):
    """The security groups of the target: ec2:DescribeSecurityGroups."""

    name: ClassVar[str] = "security_groups"
    rows: tuple[SecurityGroup, ...]

    def get(self, identifier: str) -> SecurityGroup | None:
        """The group of that id."""
        return next((row for row in self.rows if row.identifier == identifier), None)


@dataclass(frozen=True, slots=True)
class ClassNetwork:
    """What the network of an instance class carries, both directions together: all the time, and for a while on credits."""

    instance_class: str
    sustained_bytes_per_second: float
    peak_bytes_per_second: float


@dataclass(frozen=True, slots=True)
class ClassNetworks(CloudSection):
    """Of the target's classes: ec2:DescribeInstanceTypes of the type that a class is named after."""

    name: ClassVar[str] = "class_networks"
    rows: tuple[ClassNetwork, ...]

    def get(self, instance_class: str) -> ClassNetwork | None:
        """The network of that class; None where EC2 has no such type (any more)."""
        return next((row for row in self.rows if row.instance_class == instance_class), None)


@dataclass(frozen=True, slots=True)
class SubnetRoute:
    """The way out of one subnet: its own route table or, where it has none, the VPC's main one.

    `internet_gateway` (igw-…): where 0.0.0.0/0 or ::/0 goes there; None otherwise.
    """

    subnet: str
    route_table: str
    internet_gateway: str | None = None


@dataclass(frozen=True, slots=True)
class SubnetRoutes(CloudSection):
    """Routes of the subnets of the target's subnet groups: ec2:DescribeRouteTables."""

    name: ClassVar[str] = "subnet_routes"
    rows: tuple[SubnetRoute, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet of a group and its zone."""

    identifier: str
    zone: str


@dataclass(frozen=True, slots=True)
class SubnetGroup:
    """A DB subnet group."""

    group_name: str
    vpc: str
    subnets: tuple[Subnet, ...]


@dataclass(frozen=True, slots=True)
class SubnetGroups(CloudSection):
    """The subnet groups of the target: rds:DescribeDBSubnetGroups."""

    name: ClassVar[str] = "subnet_groups"
    rows: tuple[SubnetGroup, ...]
