"""Cases of `backup/tags_not_copied`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("a cluster", "fires", (clusters(aurora(copies_tags=False)), instances()), ("cluster shop",), severity={"cluster shop": "low"},
         statements=("--copy-tags-to-snapshot",)),
    Case("an instance", "fires", (clusters(), instances(alone(copies_tags=False))), ("instance ledger",)),
    Case("copied, or not reported", "silent", (clusters(aurora()), instances(alone(copies_tags=None)))),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
