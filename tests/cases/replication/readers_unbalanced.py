"""Cases of `replication/readers_unbalanced`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, member, metrics, series
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics

SHOP = clusters(aurora(members=tuple(member(number) for number in range(1, 5))))


def _load(metric: str, *means: float) -> CloudMetrics:
    rows = (
        series(metric, *[mean] * 60, of=f"shop-{number}", period_seconds=60)
        for number, mean in enumerate(means, start=2)
    )
    return metrics(*rows, series(metric, *[99.0] * 60, period_seconds=60))


CASES = (
    Case("CPU", "fires", (SHOP, _load("CPUUtilization", 80, 10, 10)), ("cluster shop",), severity={"cluster shop": "medium"}, says=("2.4 times",)),
    Case("connections", "fires", (SHOP, _load("DatabaseConnections", 5, 300, 5)), ("cluster shop",), says=("shop-3",)),
    Case("balanced", "silent", (SHOP, _load("CPUUtilization", 40, 50, 45))),
    Case("idle all of them", "silent", (SHOP, _load("CPUUtilization", 9, 1, 1))),
    Case("a single reader", "silent", (SHOP, _load("CPUUtilization", 90))),
    Case("exactly twice", "threshold", (SHOP, _load("CPUUtilization", 80, 20, 20))),
    Case("a little more", "threshold", (SHOP, _load("CPUUtilization", 81, 20, 20)), ("cluster shop",)),
    Case("metrics denied", "gap", (SHOP,), gaps=(gap(CloudMetrics),)),
)  # fmt: skip
