"""Cases of `security/iam_authentication_off`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("a cluster", "fires", (clusters(aurora(has_iam_authentication=False)), instances()), ("cluster shop",),
         severity={"cluster shop": "medium"}, statements=("--enable-iam-database-authentication",)),
    Case("an instance", "fires", (clusters(), instances(alone(has_iam_authentication=False))), ("instance ledger",)),
    Case("on", "silent", (clusters(aurora()), instances())),
    Case("not reported", "silent", (clusters(aurora(has_iam_authentication=None)), instances())),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
