"""Cases of `cost/idle`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances, series, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SHOP = (clusters(aurora()), instances())
WEEK = 7 * 24


def _connections(
    *last: float, hours: int = WEEK, names: tuple[str, ...] = ("shop-1", "shop-2", "shop-3")
) -> CloudTrends:
    return trends(*(series("DatabaseConnections", *[0.0] * (hours - 1), value, of=name, statistic="Maximum")
                    for name, value in zip(names, last, strict=True)))  # fmt: skip


CASES = (
    Case("a cluster", "fires", (*SHOP, _connections(0, 0, 0)), ("cluster shop",), severity={"cluster shop": "medium"}, says=("for 7 days",)),
    Case("an instance", "fires", (clusters(), instances(alone()), _connections(0, names=("ledger",))), ("instance ledger",)),
    Case("one session on one reader", "silent", (*SHOP, _connections(0, 0, 1))),
    Case("a member is not measured", "silent", (*SHOP, _connections(0, 0, names=("shop-1", "shop-2")))),
    Case("a week less the hours that have no point yet", "threshold", (*SHOP, _connections(0, 0, 0, hours=WEEK - 2)), ("cluster shop",)),
    Case("an hour less", "threshold", (*SHOP, _connections(0, 0, 0, hours=WEEK - 3))),
    Case("trends denied", "gap", SHOP, gaps=(gap(CloudTrends),)),
)  # fmt: skip
