"""Cases of `capacity/serverless_pause_blocked`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud import Proxies, Proxy, ServerlessScaling
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups

SUBJECT = "cluster shop"
MEMBERS = instances(instance(instance_class="db.serverless"))
PAUSES = ServerlessScaling(0, 16, 300)
NONE = (ParameterGroups(()), Proxies(()))
LOGICAL = ParameterGroups(
    (ParameterGroup("shop-16", True, "aurora-postgresql16", (CloudParameter("rds.logical_replication", "1", "user"),)),)
)

CASES = (
    Case("a proxy", "fires", (clusters(aurora(scaling=PAUSES)), MEMBERS, ParameterGroups(()), Proxies((Proxy("pool", ("shop",)),))), (SUBJECT,),
         severity={SUBJECT: "medium"}, says=("RDS Proxy pool",)),
    Case("logical replication", "fires", (clusters(aurora(scaling=PAUSES)), MEMBERS, LOGICAL, Proxies(())), (SUBJECT,)),
    Case("a global primary", "fires", (clusters(aurora(scaling=PAUSES, global_cluster="world")), MEMBERS, *NONE), (SUBJECT,)),
    Case("free to pause", "silent", (clusters(aurora(scaling=PAUSES)), MEMBERS, ParameterGroups(()), Proxies((Proxy("pool", ("other",)),)))),
    Case("does not want to", "silent", (clusters(aurora(scaling=ServerlessScaling(1, 16))), MEMBERS, LOGICAL, Proxies(()))),
    Case("proxies denied", "gap", (clusters(aurora(scaling=PAUSES)), MEMBERS, LOGICAL), gaps=(gap(Proxies),)),
)  # fmt: skip
