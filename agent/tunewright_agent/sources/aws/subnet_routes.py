"""Source `subnet_routes`: whether a subnet of the target leads to the internet (ec2:DescribeRouteTables). Fills SubnetRoutes."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.subnet_groups import groups
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_network import SubnetRoute, SubnetRoutes

EVERY_SECONDS = 3600.0
EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def _gateway(table: Row) -> str | None:
    for route in table.get("Routes", ()):
        where = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
        gateway = str(route.get("GatewayId", ""))
        if where in EVERYWHERE and gateway.startswith("igw-") and route.get("State", "active") == "active":
            return gateway
    return None


def routes(tables: list[Row], subnets: tuple[str, ...]) -> tuple[SubnetRoute, ...]:
    """The way out of each subnet of one VPC: its own table or, where it has none, the VPC's main one."""
    own: dict[str, Row] = {}
    main: Row | None = None
    for table in tables:
        for one in table.get("Associations", ()):
            if one.get("SubnetId"):
                own[one["SubnetId"]] = table
            elif one.get("Main"):
                main = table
    found = []
    for subnet in subnets:
        table = own.get(subnet, main or {})
        if table:
            found.append(SubnetRoute(subnet, table["RouteTableId"], _gateway(table)))
    return tuple(found)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The routes of every subnet of the target's subnet groups. Raises SourceError."""
    del taken_at
    found: list[SubnetRoute] = []
    for group in groups(reader):
        only = [{"Name": "vpc-id", "Values": [group.vpc]}]
        tables = reader.rows("ec2", "describe_route_tables", "RouteTables", EVERY_SECONDS, Filters=only)
        found += routes(tables, tuple(one.identifier for one in group.subnets))
    return Collected((SubnetRoutes(tuple(dict.fromkeys(found))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "subnet_routes", (SubnetRoutes,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
