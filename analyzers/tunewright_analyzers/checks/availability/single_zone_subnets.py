"""`availability/single_zone_subnets`: reads SubnetGroups; says which group leaves no second zone."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.cloud_network import SubnetGroups
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many zones there must be."""

    zones_min: float = threshold(2, "count", "Availability Zones that a DB subnet group must span.")


@check(needs=(SubnetGroups,), thresholds=Thresholds)
def single_zone_subnets(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A DB subnet group whose subnets lie in too few Availability Zones.

    Risk: no reader and no standby can be placed in another zone; the loss of the zone is the loss of the database.
    Evidence: the zones of Subnets of DescribeDBSubnetGroups.
    Remedy: add subnets of other zones to the group. No command: which subnets there are is not read.
    False positives: Local Zones and Outposts, where there is one zone only.
    """
    for group in context.window.need(SubnetGroups).rows:
        zones = sorted({one.zone for one in group.subnets})
        if len(zones) >= context.thresholds.zones_min:
            continue
        yield context.finding(
            Subject("subnet group", group.group_name),
            Severity.MEDIUM,
            f"The subnets of {group.group_name} lie in {len(zones)} zone{'' if len(zones) == 1 else 's'}.",
            Evidence("zones", ", ".join(zones) or "none", "", "DBSubnetGroup.Subnets.SubnetAvailabilityZone"),
        )
