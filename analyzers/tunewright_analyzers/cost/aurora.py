"""Aurora Standard against I/O-Optimized, in dollars a month.

Standard costs C + S + I, I/O-Optimized f C + g S (C instances, S storage, I requests; list prices make f 1.30 and g 2.25), so the
switch pays where I > (f - 1) C + (g - 1) S. The share of I at the break-even runs from 23 % (no storage) to 56 % (no instances):
hence dollars, and not the "25 %" that is usually told. Source: Aurora's pricing page; the formula in the issue's reference.
"""

from dataclasses import dataclass

from tunewright_analyzers.cost.listed import Missing, class_item, unpriced
from tunewright_analyzers.facts.cloud import CloudCluster, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension

HOURS_A_MONTH = 730
GIB = 1024**3
OPTIMIZED = "aurora-iopt1"


@dataclass(frozen=True, slots=True)
class StorageBill:
    """Dollars a month of one cluster: instances, storage and requests at the prices of Aurora Standard, and the two factors."""

    instances: float
    storage: float
    requests: float
    class_factor: float = 1.30
    storage_factor: float = 2.25
    hours: float = HOURS_A_MONTH
    """Hours of requests that were measured; scaled to a month."""

    @property
    def standard(self) -> float:
        """Aurora Standard."""
        return self.instances + self.storage + self.requests

    @property
    def optimized(self) -> float:
        """Aurora I/O-Optimized."""
        return self.class_factor * self.instances + self.storage_factor * self.storage

    @property
    def break_even(self) -> float:
        """Requests, in dollars a month, above which I/O-Optimized is the cheaper one."""
        return (self.class_factor - 1) * self.instances + (self.storage_factor - 1) * self.storage


def class_dollars(prices: Prices, trends: CloudTrends, engine: str, name: str, instance: str) -> float | Missing:
    """Dollars a month of one member; of a serverless one by its mean capacity over the hours measured."""
    if name != "db.serverless":
        item = class_item(engine, name)
        price = prices.get(item)
        return unpriced(prices, item) if price is None else price.dollars * HOURS_A_MONTH
    price, series = prices.get("aurora:acu"), trends.get("ServerlessDatabaseCapacity", Dimension.INSTANCE, instance, "Average")  # fmt: skip
    if price is None:
        return unpriced(prices, "aurora:acu")
    if series is None or not series.points:
        return Missing(f"no points of the capacity of {instance}")
    return price.dollars * HOURS_A_MONTH * sum(series.values) / len(series.values)


def _requests(trends: CloudTrends, cluster: str) -> tuple[float, float] | Missing:
    """Requests counted, and the hours in which they were."""
    found = [trends.get(name, Dimension.CLUSTER, cluster, "Sum") for name in ("VolumeReadIOPs", "VolumeWriteIOPs")]
    rows = [one for one in found if one is not None and one.points]
    if len(rows) < len(found):
        return Missing("VolumeReadIOPs or VolumeWriteIOPs has no points")
    return sum(sum(one.values) for one in rows), min(one.hours for one in rows)


def bill(
    cluster: CloudCluster, instances: CloudInstances, trends: CloudTrends, prices: Prices
) -> StorageBill | Missing:
    """The bill of an Aurora cluster by its last weeks, or what is missing for it."""
    items = {name: prices.get(f"aurora:{name}") for name in ("storage", "io", "iopt:class-factor", "iopt:storage")}
    rates = {name: price.dollars for name, price in items.items() if price is not None}
    if len(rates) < len(items):
        lacking = ", ".join(sorted(f"aurora:{name}" for name in set(items) - set(rates)))
        return unpriced(prices, lacking)
    used = trends.get("VolumeBytesUsed", Dimension.CLUSTER, cluster.identifier)
    counted = _requests(trends, cluster.identifier)
    if isinstance(counted, Missing):
        return counted
    if used is None or not used.points:
        return Missing("VolumeBytesUsed has no points")
    classes = 0.0
    for member in cluster.members:
        row = instances.get(member.instance)
        dollars = Missing(f"{member.instance} is not known") if row is None else class_dollars(
            prices, trends, cluster.engine, row.instance_class, row.identifier)  # fmt: skip
        if isinstance(dollars, Missing):
            return dollars
        classes += dollars
    requests, hours = counted
    return StorageBill(
        instances=classes,
        storage=used.values[-1] / GIB * rates["storage"],
        requests=requests / 1e6 * rates["io"] * HOURS_A_MONTH / hours,
        class_factor=rates["iopt:class-factor"],
        storage_factor=rates["iopt:storage"] / rates["storage"],
        hours=hours,
    )
