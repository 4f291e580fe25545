"""Cases of `capacity/storage_network_full`. The class carries 200 MB/s all the time."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, metrics, series
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.facts.cloud_network import ClassNetwork, ClassNetworks

NETWORKS = ClassNetworks((ClassNetwork("db.r8g.xlarge", 2e8, 1.5e9),))
SHOP = (clusters(aurora()), instances(), NETWORKS)
SUBJECT = "cluster shop"


def _traffic(megabytes: float, points: int = 12) -> CloudMetrics:
    rows = [megabytes * 1e6] * points
    return metrics(series("StorageNetworkThroughput", *rows, of="shop", dimension=Dimension.WRITER, period_seconds=300))


CASES = (
    Case("nine tenths", "fires", (*SHOP, _traffic(180)), (SUBJECT,), severity={SUBJECT: "medium"}, says=("180 MB/s", "90% of what db.r8g.xlarge")),
    Case("on credits", "fires", (*SHOP, _traffic(700)), (SUBJECT,), severity={SUBJECT: "high"}),
    Case("half of it", "silent", (*SHOP, _traffic(100))),
    Case("a burst", "silent", (*SHOP, metrics(series("StorageNetworkThroughput", *[2e7] * 10, 9e8, 9e8, of="shop", dimension=Dimension.WRITER,
                                                     period_seconds=300)))),
    Case("few points", "silent", (*SHOP, _traffic(180, 3))),
    Case("EC2 has no such type", "silent", (clusters(aurora()), instances(instance(instance_class="db.r99.large")), NETWORKS, _traffic(180))),
    Case("not measured", "silent", (*SHOP, metrics())),
    Case("80 %", "threshold", (*SHOP, _traffic(160))),
    Case("81 %", "threshold", (*SHOP, _traffic(162)), (SUBJECT,)),
    Case("bandwidth denied", "gap", (clusters(aurora()), instances(), _traffic(180)), gaps=(gap(ClassNetworks),)),
)  # fmt: skip
