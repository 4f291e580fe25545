"""Cases of `cost/io_optimized`. Three members at $0.50 are $1,095 a month; 1,000 GiB are $100; break-even at $453.50 of requests."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances, later, series, trends
from cases.cost.facts import PRICES
from tunewright_analyzers.facts.cloud_cost import Price, Prices
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension

SUBJECT = "cluster shop"
SHOP = (clusters(aurora()), instances())
OPTIMIZED = (clusters(aurora(storage_type="aurora-iopt1")), instances())


def _requests(dollars: float, hours: int = 336) -> CloudTrends:
    """Requests that cost so much a month."""
    each = dollars / 0.2 * 1e6 / 730 / 2
    used = series("VolumeBytesUsed", *[1000.0 * 1024**3] * hours, of="shop", dimension=Dimension.CLUSTER)
    reads, writes = (
        series(name, *[each] * hours, of="shop", dimension=Dimension.CLUSTER, statistic="Sum")
        for name in ("VolumeReadIOPs", "VolumeWriteIOPs")
    )
    return trends(used, reads, writes)


SERVERLESS = (
    clusters(aurora()),
    instances(*(instance(number, instance_class="db.serverless") for number in (1, 2, 3))),
)
ACU = tuple(series("ServerlessDatabaseCapacity", *[4.0] * 336, of=f"shop-{number}") for number in (1, 2, 3))
CHEAP = Prices(PRICES.region, PRICES.as_of, PRICES.source, (Price("aurora:storage", 0.1, "GiB-month"),))

CASES = (
    Case("many requests", "fires", (*SHOP, _requests(1000), PRICES), (SUBJECT,), severity={SUBJECT: "low"},
         says=("$1,648 instead of $2,195", "$546 less"), statements=("--storage-type aurora-iopt1",)),
    Case("few requests on I/O-Optimized", "fires", (*OPTIMIZED, _requests(10), PRICES), (SUBJECT,), says=("Aurora Standard would cost $1,205",),
         statements=("--storage-type aurora ",)),
    Case("serverless, by its mean capacity", "fires", (*SERVERLESS, trends(*_requests(1000).rows, *ACU), PRICES), (SUBJECT,),
         says=("instead of $1,976",)),
    Case("not allowed yet", "fires", (clusters(aurora(io_optimized_allowed_at=later(days=9))), instances(), _requests(1000), PRICES), (SUBJECT,)),
    Case("few requests on Standard", "silent", (*SHOP, _requests(100), PRICES)),
    Case("many requests on I/O-Optimized", "silent", (*OPTIMIZED, _requests(1000), PRICES)),
    Case("no Aurora", "silent", (clusters(aurora(engine="postgres")), instances(), _requests(1000), PRICES)),
    Case("saves less than a share", "threshold", (*SHOP, _requests(1000), PRICES), overrides={"saving_ratio": 0.25}),
    Case("saves that share", "threshold", (*SHOP, _requests(1000), PRICES), (SUBJECT,), overrides={"saving_ratio": 0.24}),
    Case("a day of requests", "gap", (*SHOP, _requests(1000, hours=24), PRICES)),
    Case("no price of the class", "gap", (*SHOP, _requests(1000), CHEAP)),
    Case("requests not measured", "gap", (*SHOP, trends(), PRICES)),
    Case("prices unread", "gap", (*SHOP, _requests(1000)), gaps=(gap(Prices),)),
)  # fmt: skip
