"""Cases of `backup/backtrack_window`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters
from cases.facts import ago
from tunewright_analyzers.facts.cloud import CloudClusters

SUBJECT = "cluster shop"
DAY = 86400


def _mysql(hours: float, **changes: object) -> CloudClusters:
    return clusters(
        aurora(engine="aurora-mysql", backtrack_window_seconds=DAY, earliest_backtrack_at=ago(hours=hours), **changes)
    )


CASES = (
    Case("off", "fires", (clusters(aurora(engine="aurora-mysql")),), (SUBJECT,), severity={SUBJECT: "low"}, says=("no Backtrack",)),
    Case("ten hours of twenty-four", "fires", (_mysql(10),), (SUBJECT,), says=("10.0 h, not by the 24 h",)),
    Case("whole", "silent", (_mysql(24),)),
    Case("PostgreSQL has none", "silent", (clusters(aurora()),)),
    Case("nor has a global cluster", "silent", (clusters(aurora(engine="aurora-mysql", global_cluster="world")),)),
    Case("a young cluster", "silent", (_mysql(2, created_at=ago(hours=2)),)),
    Case("exactly nine tenths", "threshold", (_mysql(21.6),)),
    Case("less", "threshold", (_mysql(21.5),), (SUBJECT,)),
    Case("clusters denied", "gap", gaps=(gap(CloudClusters),)),
)  # fmt: skip
