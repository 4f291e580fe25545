"""Cases of `backup/restore_point_old`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from cases.facts import ago
from tunewright_analyzers.facts.cloud import CloudClusters

SUBJECT = "cluster shop"

CASES = (
    Case("two hours behind", "fires", (clusters(aurora(latest_restorable_at=ago(hours=2))), instances()), (SUBJECT,),
         severity={SUBJECT: "high"}, says=("120 minutes ago",)),
    Case("an instance", "fires", (clusters(), instances(alone(latest_restorable_at=ago(hours=2)))), ("instance ledger",)),
    Case("begins too late", "fires", (clusters(aurora(earliest_restorable_at=ago(days=4))), instances()), (SUBJECT,), says=("10.0 days",)),
    Case("fresh and whole", "silent", (clusters(aurora()), instances())),
    Case("a young cluster", "silent", (clusters(aurora(earliest_restorable_at=ago(days=2), created_at=ago(days=2))), instances())),
    Case("stopped", "silent", (clusters(aurora(status="stopped", latest_restorable_at=ago(days=2))), instances())),
    Case("a quarter of an hour", "threshold", (clusters(aurora(latest_restorable_at=ago(seconds=900))), instances())),
    Case("a second more", "threshold", (clusters(aurora(latest_restorable_at=ago(seconds=901))), instances()), (SUBJECT,)),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
