"""Cases of `availability/deletion_unprotected`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("a cluster", "fires", (clusters(aurora(has_deletion_protection=False)), instances()), ("cluster shop",),
         severity={"cluster shop": "medium"}, statements=("modify-db-cluster --db-cluster-identifier shop --deletion-protection",)),
    Case("an instance", "fires", (clusters(), instances(alone(has_deletion_protection=False))), ("instance ledger",)),
    Case("protected", "silent", (clusters(aurora()), instances())),
    Case("a member and a read replica", "silent",
         (clusters(aurora()), instances(instance(has_deletion_protection=False), alone(has_deletion_protection=False, replica_of="x")))),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
