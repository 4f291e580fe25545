"""Cases of `maintenance/insights_standard`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("standard", "fires", (clusters(aurora()), instances()), ("cluster shop",), severity={"cluster shop": "low"}),
    Case("an instance", "fires", (clusters(), instances(alone())), ("instance ledger",)),
    Case("advanced, or not reported", "silent", (clusters(aurora(insights_mode="advanced")), instances(alone(insights_mode=None)))),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
