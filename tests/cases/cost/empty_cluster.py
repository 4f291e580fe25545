"""Cases of `cost/empty_cluster`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("no member", "fires", (clusters(aurora(members=())),), ("cluster shop",), severity={"cluster shop": "medium"},
         statements=("delete-db-cluster --db-cluster-identifier shop --final-db-snapshot-identifier shop-final",)),
    Case("three members", "silent", (clusters(aurora()),)),
    Case("a headless secondary", "silent", (clusters(aurora(members=(), global_cluster="world")),)),
    Case("clusters denied", "gap", gaps=(gap(CloudClusters),)),
)  # fmt: skip
