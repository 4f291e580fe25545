"""Cases of `capacity/serverless_minimum`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud import CloudInstances, ServerlessScaling

SUBJECT = "cluster shop"
MEMBERS = instances(instance(instance_class="db.serverless"))
BLIND = instances(instance(instance_class="db.serverless", has_performance_insights=False))

CASES = (
    Case("one ACU with Performance Insights", "fires", (clusters(aurora(scaling=ServerlessScaling(1, 16))), MEMBERS), (SUBJECT,),
         severity={SUBJECT: "medium"}, statements=("--serverless-v2-scaling-configuration MinCapacity=2,MaxCapacity=16",)),
    Case("a global primary", "fires", (clusters(aurora(scaling=ServerlessScaling(4, 16), global_cluster="world")), MEMBERS), (SUBJECT,),
         says=("wants 8",)),
    Case("enough", "silent", (clusters(aurora(scaling=ServerlessScaling(2, 16))), MEMBERS)),
    Case("without Performance Insights", "silent", (clusters(aurora(scaling=ServerlessScaling(0.5, 16))), BLIND)),
    Case("one that pauses", "silent", (clusters(aurora(scaling=ServerlessScaling(0, 16))), MEMBERS)),
    Case("provisioned members", "silent", (clusters(aurora(scaling=ServerlessScaling(0.5, 16))), instances())),
    Case("instances denied", "gap", (clusters(aurora()),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
