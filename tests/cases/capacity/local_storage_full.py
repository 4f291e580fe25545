"""Cases of `capacity/local_storage_full`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances, ramp, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

GIB = 1024**3
SHOP = (clusters(aurora()), instances())
SUBJECT = "instance shop-1"


def _free(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("FreeLocalStorage", at_start * GIB, per_day * GIB, statistic="Minimum"))


CASES = (
    Case("four GiB a day", "fires", (*SHOP, _free(100, -4)), (SUBJECT,), severity={SUBJECT: "high"}, says=("in 11 days",)),
    Case("steady", "silent", (*SHOP, _free(100, 0))),
    Case("told from 12 days", "threshold", (*SHOP, _free(100, -4)), (SUBJECT,), overrides={"medium_days": 12}),
    Case("told from 10 days", "threshold", (*SHOP, _free(100, -4)), overrides={"medium_days": 10}),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
