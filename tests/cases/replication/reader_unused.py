"""Cases of `replication/reader_unused`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances, member, series, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SHOP = clusters(aurora())
WEEK = 7 * 24


def _connections(hours: int, last: float = 0.0, of: str = "shop-3") -> CloudTrends:
    busy = series("DatabaseConnections", *[20.0] * WEEK, of="shop-2", statistic="Maximum")
    return trends(busy, series("DatabaseConnections", *[0.0] * (hours - 1), last, of=of, statistic="Maximum"))


CASES = (
    Case("nobody", "fires", (SHOP, _connections(WEEK)), ("instance shop-3",), severity={"instance shop-3": "low"}),
    Case("its class is known", "fires", (SHOP, instances(), _connections(WEEK)), ("instance shop-3",),
         statements=("delete-db-instance --db-instance-identifier shop-3 ",)),
    Case("one connection", "silent", (SHOP, _connections(WEEK, 1.0))),
    Case("the writer is no reader", "silent", (SHOP, _connections(WEEK, of="shop-1"))),
    Case("a single reader stands by", "silent", (clusters(aurora(members=(member(1), member(3)))), _connections(WEEK))),
    Case("seven days less the hours that have no point yet", "threshold", (SHOP, _connections(WEEK - 2)), ("instance shop-3",)),
    Case("an hour less", "threshold", (SHOP, _connections(WEEK - 3))),
    Case("trends denied", "gap", (SHOP,), gaps=(gap(CloudTrends),)),
)  # fmt: skip
