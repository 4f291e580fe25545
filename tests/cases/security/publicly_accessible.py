"""Cases of `security/publicly_accessible`."""

from cases.case import Case, gap
from cases.cloud import instance, instances
from tunewright_analyzers.facts.cloud import CloudInstances

CASES = (
    Case("a reader", "fires", (instances(instance(1), instance(2, is_publicly_accessible=True)),), ("instance shop-2",),
         severity={"instance shop-2": "critical"}, statements=("--db-instance-identifier shop-2 --no-publicly-accessible",)),
    Case("private", "silent", (instances(),)),
    Case("instances denied", "gap", gaps=(gap(CloudInstances),)),
)  # fmt: skip
