"""Cases of `capacity/serverless_maximum`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, series, trends
from tunewright_analyzers.facts.cloud import ServerlessScaling
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SUBJECT = "cluster shop"
MEMBERS = instances(instance(instance_class="db.serverless"))
SHOP = (clusters(aurora(scaling=ServerlessScaling(2, 16))), MEMBERS)


def _pinned(hours: int) -> CloudTrends:
    return trends(series("ACUUtilization", *[40.0] * 100, *[100.0] * hours, statistic="Maximum"))


CASES = (
    Case("ten hours", "fires", (*SHOP, _pinned(10)), (SUBJECT,), severity={SUBJECT: "medium"}, statements=("MinCapacity=2,MaxCapacity=21",)),
    Case("never", "silent", (*SHOP, _pinned(0))),
    Case("there is no more", "silent", (clusters(aurora(scaling=ServerlessScaling(2, 256))), MEMBERS, _pinned(10))),
    Case("not measured", "silent", (*SHOP, trends())),
    Case("three hours", "threshold", (*SHOP, _pinned(3)), (SUBJECT,)),
    Case("two hours", "threshold", (*SHOP, _pinned(2))),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
