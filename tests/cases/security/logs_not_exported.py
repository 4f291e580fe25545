"""Cases of `security/logs_not_exported`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud import CloudClusters

CASES = (
    Case("none", "fires", (clusters(aurora(log_exports=())), instances()), ("cluster shop",), severity={"cluster shop": "medium"},
         statements=("--cloudwatch-logs-export-configuration 'EnableLogTypes=[postgresql]'",)),
    Case("Aurora MySQL without audit", "fires", (clusters(aurora(engine="aurora-mysql", log_exports=("error", "slowquery"))), instances()),
         ("cluster shop",), says=("log audit",)),
    Case("an instance of MySQL", "fires", (clusters(), instances(alone(engine="mysql", log_exports=()))), ("instance ledger",),
         says=("logs error, slowquery",)),
    Case("exported", "silent", (clusters(aurora()), instances())),
    Case("clusters denied", "gap", (instances(),), gaps=(gap(CloudClusters),)),
)  # fmt: skip
