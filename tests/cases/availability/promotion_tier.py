"""Cases of `availability/promotion_tier`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, member
from tunewright_analyzers.facts.cloud import CloudInstances

SUBJECT = "instance shop-2"
SMALL = instance(2, instance_class="db.r8g.large")

CASES = (
    Case("a smaller reader of tier 1", "fires", (clusters(aurora()), instances(instance(1), SMALL, instance(3))), (SUBJECT,),
         severity={SUBJECT: "high"}, statements=("--db-instance-class db.r8g.xlarge",)),
    Case("the same class", "silent", (clusters(aurora()), instances())),
    Case("another family of the same memory", "silent", (clusters(aurora()), instances(instance(1), instance(2, instance_class="db.r6g.xlarge")))),
    Case("a smaller reader of tier 5 beside a large one of tier 1", "silent",
         (clusters(aurora(members=(member(1), member(2, promotion_tier=5), member(3, promotion_tier=1)))),
          instances(instance(1), SMALL, instance(3)))),
    Case("the only reader is small, whatever its tier", "fires",
         (clusters(aurora(members=(member(1), member(2, promotion_tier=5)))), instances(instance(1), SMALL)), (SUBJECT,), says=("tier 5",)),
    Case("serverless readers scale with the writer", "silent",
         (clusters(aurora()), instances(instance(1), instance(2, instance_class="db.serverless")))),
    Case("instances denied", "gap", (clusters(aurora()),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
