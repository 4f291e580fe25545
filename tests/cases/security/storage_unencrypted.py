"""Cases of `security/storage_unencrypted`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances

CASES = (
    Case("a cluster", "fires", (clusters(aurora(is_encrypted=False)), instances()), ("cluster shop",),
         severity={"cluster shop": "high"}, statements=("restore-db-cluster-from-snapshot --db-cluster-identifier shop-new",)),
    Case("an instance", "fires", (clusters(), instances(alone(is_encrypted=False))), ("instance ledger",),
         statements=("create-db-snapshot", "copy-db-snapshot", "restore-db-instance-from-db-snapshot")),
    Case("encrypted", "silent", (clusters(aurora()), instances())),
    Case("a member says nothing of its own", "silent", (clusters(aurora()), instances(instance(is_encrypted=False)))),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
    Case("instances denied", "gap", (clusters(aurora(is_encrypted=False)),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
