"""`security/public_subnet`: reads SubnetGroups, SubnetRoutes; says which subnets of a database lead to the Internet."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.cloud_network import SubnetGroups, SubnetRoutes
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(SubnetGroups, SubnetRoutes), controls=("RDS.46",))
def public_subnet(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A DB subnet group with subnets that route to an Internet gateway.

    Risk: one click (a public address) puts the database on the Internet; a database needs no way out there.
    Evidence: routes of ec2:DescribeRouteTables to an igw- gateway for the subnets of DescribeDBSubnetGroups.
    Remedy: a subnet group of private subnets; members move there one by one. No command: which subnets are private is not read.
    False positives: a network without any private subnet, as in a test account.
    """
    routes = {row.subnet: row for row in context.window.need(SubnetRoutes).rows}
    for group in context.window.need(SubnetGroups).rows:
        ways = [routes[one.identifier] for one in group.subnets if one.identifier in routes]
        public = [one for one in ways if one.internet_gateway]
        if not public:
            continue
        yield context.finding(
            Subject("subnet group", group.group_name),
            Severity.HIGH,
            f"{len(public)} of {len(group.subnets)} subnets of {group.group_name} route to an Internet gateway.",
            Evidence("subnets", ", ".join(one.subnet for one in public), "", "DBSubnetGroup.Subnets"),
            Evidence("gateway", ", ".join(sorted({one.internet_gateway or "" for one in public})), "", "ec2:DescribeRouteTables"),
        )  # fmt: skip
