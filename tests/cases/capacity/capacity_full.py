"""Cases of `capacity/capacity_full`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, ramp, trends
from tunewright_analyzers.facts.cloud import ServerlessScaling
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SHOP = (clusters(aurora(scaling=ServerlessScaling(2, 32))), instances(instance(instance_class="db.serverless")))
SUBJECT = "instance shop-1"


def _acu(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("ServerlessDatabaseCapacity", at_start, per_day, statistic="Maximum"))


CASES = (
    Case("one ACU a day", "fires", (*SHOP, _acu(8, 1)), (SUBJECT,), severity={SUBJECT: "high"}, says=("in 10 days",)),
    Case("steady", "silent", (*SHOP, _acu(8, 0))),
    Case("not serverless", "silent", (clusters(aurora()), instances(), _acu(8, 1))),
    Case("told from 11 days", "threshold", (*SHOP, _acu(8, 1)), (SUBJECT,), overrides={"medium_days": 11}),
    Case("told from 9 days", "threshold", (*SHOP, _acu(8, 1)), overrides={"medium_days": 9}),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
