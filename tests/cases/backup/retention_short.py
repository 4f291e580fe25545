"""Cases of `backup/retention_short`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("a day", "fires", (clusters(aurora(backup_retention_days=1)), instances()), ("cluster shop",), severity={"cluster shop": "medium"},
         statements=("--backup-retention-period 7",)),
    Case("none at all", "fires", (clusters(), instances(alone(backup_retention_days=0))), ("instance ledger",),
         severity={"instance ledger": "high"}, says=("no automated backups",)),
    Case("two weeks", "silent", (clusters(aurora()), instances())),
    Case("a read replica", "silent", (clusters(), instances(alone(backup_retention_days=0, replica_of="main")))),
    Case("seven days are enough", "threshold", (clusters(aurora(backup_retention_days=7)), instances())),
    Case("six are not", "threshold", (clusters(aurora(backup_retention_days=6)), instances()), ("cluster shop",)),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
