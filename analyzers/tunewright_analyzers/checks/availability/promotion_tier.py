"""`availability/promotion_tier`: reads CloudClusters, CloudInstances; says which reader is too small to take over."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.classes import memory_bytes
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, readers, subject, writer
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity

FIRST = 1
"""Readers of tier 0 and 1 are promoted first; serverless ones of these tiers also scale with the writer."""


@check(needs=(CloudClusters, CloudInstances))
def promotion_tier(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A reader that a failover would promote and that is smaller than the writer.

    Risk: a failover promotes it, and the whole load falls on an instance that cannot bear it.
    Evidence: PromotionTier of DBClusterMembers (0 and 1, or the lowest that a reader has), DBInstanceClass of the members.
    Remedy: give it the writer's class, or a tier above those of the readers that are large enough.
    False positives: a cluster whose writer is far too large anyway.
    """
    for cluster in context.window.need(CloudClusters).rows:
        lead = writer(context.window, cluster)
        mine = memory_bytes(lead.instance_class) if lead is not None else None
        tiers = {one.instance: one.promotion_tier for one in cluster.members}
        others = readers(context.window, cluster)
        first = max(FIRST, min((tiers[row.identifier] for row in others), default=FIRST))
        for row in others:
            theirs, tier = memory_bytes(row.instance_class), tiers[row.identifier]
            if lead is None or mine is None or theirs is None or theirs >= mine or tier > first:
                continue
            found = context.finding(
                subject(row),
                Severity.HIGH,
                f"{row.identifier} ({row.instance_class}, tier {tier}) may take over from {lead.identifier} ({lead.instance_class}): it is smaller.",
                evidence(row, "DBInstanceClass", row.instance_class),
                evidence(lead, "DBInstanceClass", lead.instance_class),
                evidence(row, "PromotionTier", tier),
            )
            yield found
            yield mended(
                context,
                found,
                modify(row, db_instance_class=lead.instance_class),
                risk="The reader restarts; the larger class costs more.",
                rollback=(modify(row, db_instance_class=row.instance_class),),
                template=desired(row, DBInstanceClass=lead.instance_class),
                caution="Where another reader is large enough, a higher promotion tier for this one costs nothing.",
            )
