"""Cases of `capacity/storage_full`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances, ramp, resized, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension

GIB = 1024**3
SUBJECT = "instance ledger"
LEDGER = (clusters(), instances(alone(allocated_gib=100, max_allocated_gib=None)))


def _free(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("FreeStorageSpace", at_start * GIB, per_day * GIB, of="ledger", statistic="Minimum"))


def _volume(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("VolumeBytesUsed", at_start * GIB, per_day * GIB, of="shop", dimension=Dimension.CLUSTER))


CASES = (
    Case("two GiB a day, sixty left", "fires", (*LEDGER, _free(90, -2)), (SUBJECT,), severity={SUBJECT: "medium"}, says=("in 31 days",)),
    Case("full within days", "fires", (*LEDGER, _free(30, -2)), (SUBJECT,), severity={SUBJECT: "critical"}),
    Case("an Aurora volume near 128 TiB", "fires", (clusters(aurora()), instances(), _volume(100 * 1024, 1024)), ("cluster shop",)),
    Case("autoscaling has room", "silent", (clusters(), instances(alone()), _free(90, -2))),
    Case("allocated anew four days ago", "silent", (*LEDGER, _free(90, -2), resized("ledger", "AllocatedStorage", days=4))),
    Case("free space grows", "silent", (*LEDGER, _free(10, 1))),
    Case("flat", "silent", (*LEDGER, _free(10, 0))),
    Case("a young volume", "silent", (*LEDGER, trends(ramp("FreeStorageSpace", 20 * GIB, -2 * GIB, days=5, of="ledger", statistic="Minimum")))),
    Case("31 days, told from 40", "threshold", (*LEDGER, _free(90, -2)), (SUBJECT,), overrides={"medium_days": 40}),
    Case("31 days, told from 30", "threshold", (*LEDGER, _free(90, -2)), overrides={"medium_days": 30}),
    Case("trends denied", "gap", LEDGER, gaps=(gap(CloudTrends),)),
)  # fmt: skip
