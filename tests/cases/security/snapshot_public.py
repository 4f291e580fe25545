"""Cases of `security/snapshot_public`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances
from tunewright_analyzers.facts.cloud_backup import SnapshotShare, SnapshotShares

SHOP = (clusters(aurora()), instances())
SUBJECT = "snapshot demo-data"


def _shared(*accounts: str, of_cluster: bool = True) -> SnapshotShares:
    return SnapshotShares((SnapshotShare("demo-data", of_cluster, accounts),))


CASES = (
    Case("of a cluster", "fires", (*SHOP, _shared("all")), (SUBJECT,), severity={SUBJECT: "critical"},
         statements=("modify-db-cluster-snapshot-attribute",)),
    Case("of an instance", "fires", (*SHOP, _shared("all", of_cluster=False)), (SUBJECT,), statements=("modify-db-snapshot-attribute",)),
    Case("with one account", "silent", (*SHOP, _shared("210987654321"))),
    Case("private", "silent", (*SHOP, _shared())),
    Case("attributes denied", "gap", SHOP, gaps=(gap(SnapshotShares),)),
)  # fmt: skip
