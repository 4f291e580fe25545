"""Cases of `capacity/backup_storage_growth`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances, ramp, series, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension

GIB = 1024**3
SHOP = (clusters(aurora()), instances())
SUBJECT = "cluster shop"


def _billed(at_start: float, per_day: float) -> CloudTrends:
    used = series("VolumeBytesUsed", *[100.0 * GIB] * 336, of="shop", dimension=Dimension.CLUSTER)
    return trends(
        used, ramp("TotalBackupStorageBilled", at_start * GIB, per_day * GIB, of="shop", dimension=Dimension.CLUSTER)
    )


CASES = (
    Case("five GiB a day beside 100", "fires", (*SHOP, _billed(150, 5)), (SUBJECT,), severity={SUBJECT: "medium"}, says=("in 16 days",)),
    Case("steady", "silent", (*SHOP, _billed(150, 0))),
    Case("told from 17 days", "threshold", (*SHOP, _billed(150, 5)), (SUBJECT,), overrides={"medium_days": 17}),
    Case("told from 15 days", "threshold", (*SHOP, _billed(150, 5)), overrides={"medium_days": 15}),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
