"""Cases of `maintenance/enhanced_monitoring_off`."""

from cases.case import Case, gap
from cases.cloud import instance, instances
from tunewright_analyzers.facts.cloud import CloudInstances

CASES = (
    Case("off", "fires", (instances(instance(monitoring_interval_seconds=0)),), ("instance shop-1",), severity={"instance shop-1": "low"},
         statements=("--monitoring-interval 60 --monitoring-role-arn arn:aws:iam::123456789012:role/rds-monitoring-role",)),
    Case("on", "silent", (instances(),)),
    Case("not reported", "silent", (instances(instance(monitoring_interval_seconds=None)),)),
    Case("instances denied", "gap", gaps=(gap(CloudInstances),)),
)  # fmt: skip
