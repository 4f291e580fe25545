"""Cases of `security/snapshot_unencrypted`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances
from cases.facts import ago
from tunewright_analyzers.facts.cloud_backup import CloudSnapshot, CloudSnapshots

PLAIN = CloudSnapshot("before-upgrade", "shop", True, "manual", "available", ago(days=90), False)

SHOP = (clusters(aurora()), instances())

CASES = (
    Case("of a cluster", "fires", (CloudSnapshots((PLAIN,)),), ("snapshot before-upgrade",), severity={"snapshot before-upgrade": "high"}),
    Case("of an instance", "fires", (CloudSnapshots((replace(PLAIN, of_cluster=False, created_at=None),)),), ("snapshot before-upgrade",)),
    Case("a copy of an instance's is encrypted", "fires", (CloudSnapshots((replace(PLAIN, of_cluster=False),)), *SHOP), ("snapshot before-upgrade",),
         statements=("copy-db-snapshot --source-db-snapshot-identifier before-upgrade ",)),
    Case("a cluster's goes over a restored one", "fires", (CloudSnapshots((PLAIN,)), *SHOP), ("snapshot before-upgrade",),
         statements=("restore-db-cluster-from-snapshot", "create-db-cluster-snapshot", "--skip-final-snapshot")),
    Case("encrypted", "silent", (CloudSnapshots((replace(PLAIN, is_encrypted=True),)),)),
    Case("automated", "silent", (CloudSnapshots((replace(PLAIN, kind="automated"),)),)),
    Case("snapshots denied", "gap", gaps=(gap(CloudSnapshots),)),
)  # fmt: skip
