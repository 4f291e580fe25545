"""Cases of `availability/single_zone_subnets`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.cloud_network import Subnet, SubnetGroup, SubnetGroups

SUBJECT = "subnet group shop-subnets"


def _group(*zones: str) -> SubnetGroups:
    subnets = tuple(Subnet(f"subnet-{number}", zone) for number, zone in enumerate(zones))
    return SubnetGroups((SubnetGroup("shop-subnets", "vpc-1", subnets),))


CASES = (
    Case("two subnets in one zone", "fires", (_group("eu-west-1a", "eu-west-1a"),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("three zones", "silent", (_group("eu-west-1a", "eu-west-1b", "eu-west-1c"),)),
    Case("two zones are enough", "threshold", (_group("eu-west-1a", "eu-west-1b"),)),
    Case("two zones, three wanted", "threshold", (_group("eu-west-1a", "eu-west-1b"),), (SUBJECT,), overrides={"zones_min": 3}),
    Case("groups denied", "gap", gaps=(gap(SubnetGroups),)),
)  # fmt: skip
