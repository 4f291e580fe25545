"""Cases of `replication/global_topology`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters
from tunewright_analyzers.facts.cloud import GlobalCluster, GlobalClusters, GlobalMember

SHOP = clusters(aurora(global_cluster="world"))
FIRST = GlobalMember(aurora().arn, True, ("arn:aws:rds:us-east-1:123456789012:cluster:shop-us",))
US = "arn:aws:rds:us-east-1:123456789012:cluster:shop-us"
SUBJECT = "global cluster world"


def _world(*members: GlobalMember, name: str = "world") -> GlobalClusters:
    return GlobalClusters((GlobalCluster(name, "aurora-postgresql", "16.9", "available", members),))


CASES = (
    Case("no secondary", "fires", (SHOP, _world(FIRST)), (SUBJECT,), severity={SUBJECT: "high"}, says=("no secondary Region",)),
    Case("not in sync", "fires", (SHOP, _world(FIRST, GlobalMember(US, False, (), "pending-resync"))), (SUBJECT,),
         says=("us-east-1 is not in sync",)),
    Case("nobody writes", "fires", (SHOP, _world(GlobalMember(aurora().arn, False, (), "connected"))), (SUBJECT,), says=("no cluster of it writes",)),
    Case("connected", "silent", (SHOP, _world(FIRST, GlobalMember(US, False, (), "connected")))),
    Case("another one's", "silent", (clusters(aurora(arn="arn:aws:rds:eu-west-1:1:cluster:x")), _world(FIRST, name="other"))),
    Case("global clusters denied", "gap", (SHOP,), gaps=(gap(GlobalClusters),)),
)  # fmt: skip
