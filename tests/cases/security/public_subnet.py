"""Cases of `security/public_subnet`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.cloud_network import Subnet, SubnetGroup, SubnetGroups, SubnetRoute, SubnetRoutes

GROUPS = SubnetGroups(
    (SubnetGroup("shop-subnets", "vpc-1", (Subnet("subnet-a", "eu-west-1a"), Subnet("subnet-b", "eu-west-1b"))),)
)
SUBJECT = "subnet group shop-subnets"


def _routes(gateway: str | None) -> SubnetRoutes:
    return SubnetRoutes(
        (
            SubnetRoute("subnet-a", "rtb-1", gateway),
            SubnetRoute("subnet-b", "rtb-2"),
            SubnetRoute("subnet-other", "rtb-3", "igw-9"),
        )
    )


CASES = (
    Case("one of two", "fires", (GROUPS, _routes("igw-1")), (SUBJECT,), severity={SUBJECT: "high"}, says=("1 of 2 subnets",)),
    Case("private", "silent", (GROUPS, _routes(None))),
    Case("routes denied", "gap", (GROUPS,), gaps=(gap(SubnetRoutes),)),
    Case("groups denied", "gap", (_routes("igw-1"),), gaps=(gap(SubnetGroups),)),
)  # fmt: skip
