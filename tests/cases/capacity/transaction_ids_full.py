"""Cases of `capacity/transaction_ids_full`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances, ramp, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SHOP = (clusters(aurora()), instances())
SUBJECT = "instance shop-1"


def _age(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("MaximumUsedTransactionIDs", at_start, per_day, statistic="Maximum"))


CASES = (
    Case("fifty million a day", "fires", (*SHOP, _age(1e9, 50e6)), (SUBJECT,), severity={SUBJECT: "high"}, says=("in 9 days",)),
    Case("a young database", "silent", (*SHOP, _age(1e6, 5e6))),
    Case("frozen in time", "silent", (*SHOP, _age(2e8, 0))),
    Case("told from 10 days", "threshold", (*SHOP, _age(1e9, 50e6)), (SUBJECT,), overrides={"medium_days": 10}),
    Case("told from 8 days", "threshold", (*SHOP, _age(1e9, 50e6)), overrides={"medium_days": 8}),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
