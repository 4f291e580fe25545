"""Cases of `replication/reader_lag`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, metrics, series
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics

SHOP = clusters(aurora())
SUBJECT = "instance shop-2"


def _lag(milliseconds: float, of: str = "shop-2") -> CloudMetrics:
    return metrics(series("AuroraReplicaLag", *[20.0] * 60, *[milliseconds] * 15, of=of, period_seconds=60))


CASES = (
    Case("half a second", "fires", (SHOP, _lag(500)), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("two seconds", "fires", (SHOP, _lag(2000)), (SUBJECT,), severity={SUBJECT: "high"}, says=("lags 2,000 ms",)),
    Case("as usual", "silent", (SHOP, _lag(18))),
    Case("not measured", "silent", (SHOP, metrics())),
    Case("the writer has none", "silent", (SHOP, _lag(2000, of="shop-1"))),
    Case("100 ms", "threshold", (SHOP, _lag(100))),
    Case("101 ms", "threshold", (SHOP, _lag(101)), (SUBJECT,)),
    Case("metrics denied", "gap", (SHOP,), gaps=(gap(CloudMetrics),)),
)  # fmt: skip
