"""Cases of `availability/no_second_zone`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instance, instances, member
from tunewright_analyzers.facts.cloud import CloudInstances

SUBJECT = "cluster shop"
ONE = aurora(members=(member(1),))

CASES = (
    Case("no reader", "fires", (clusters(ONE), instances(instance(1))), (SUBJECT,), severity={SUBJECT: "high"}, says=("it has no reader",),
         statements=("create-db-instance --db-instance-identifier shop-standby",)),
    Case("readers in the writer's zone, though AWS says Multi-AZ", "fires",
         (clusters(aurora(members=(member(1), member(2)))), instances(instance(1), instance(2, zone="eu-west-1a"))), (SUBJECT,),
         says=("its 1 reader stand",)),
    Case("an instance", "fires", (clusters(), instances(alone(is_multi_zone=False))), ("instance ledger",), statements=("--multi-az",)),
    Case("three zones", "silent", (clusters(aurora()), instances())),
    Case("in a failover nobody writes", "silent", (clusters(aurora(members=(member(1, is_writer=False),))), instances(instance(1)))),
    Case("Multi-AZ, and a read replica", "silent", (clusters(), instances(alone(), alone(is_multi_zone=False, replica_of="ledger")))),
    Case("a Multi-AZ DB cluster", "silent", (clusters(aurora(members=(member(1),), instance_class="db.m6gd.large")), instances(instance(1)))),
    Case("instances denied", "gap", (clusters(ONE),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
