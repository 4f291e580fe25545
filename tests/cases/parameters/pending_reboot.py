"""Cases of `parameters/pending_reboot`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, member
from tunewright_analyzers.facts.cloud import CloudInstances

CASES = (
    Case("its own group", "fires", (clusters(aurora()), instances(instance(parameter_status="pending-reboot"))), ("instance shop-1",),
         severity={"instance shop-1": "medium"}, statements=("reboot-db-instance --db-instance-identifier shop-1",)),
    Case("the cluster's group", "fires",
         (clusters(aurora(members=(member(1), member(2, parameter_status="pending-reboot")))), instances()), ("instance shop-2",)),
    Case("in sync", "silent", (clusters(aurora()), instances())),
    Case("instances denied", "gap", (clusters(aurora()),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
