"""The prices of one Region as the AWS Price List API (pricing:GetProducts) tells them, under the names of our own table.

Called by `tunewright prices update`. What the API calls things: `usagetype` is the item behind a Region's prefix (`EU-InstanceUsage:db.r6g.large`;
us-east-1 has none), `instanceType` the class, `databaseEngine` the engine. Aurora has two rows a class, Standard (`InstanceUsage`) and
I/O-Optimized (`InstanceUsageIOOptimized`). Only on-demand terms are read, of their first tier. The API answers in us-east-1 for all Regions.
CloudWatch's are of another service (`EU-CW:AlarmMonitorUsage`); an alarm is billed by the metrics that it looks at: two for a share, three
for an anomaly band.
"""

import json
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tunewright_agent.sources.aws.session import Door, Place
from tunewright_analyzers.facts.cloud_cost import Price, Prices

ANSWERS_IN = "us-east-1"
SERVICE, CLOUDWATCH = "AmazonRDS", "AmazonCloudWatch"
ENGINES = {
    "Aurora PostgreSQL": "aurora",
    "Aurora MySQL": "aurora",
    "PostgreSQL": "rds:postgres",
    "MySQL": "rds:mysql",
    "MariaDB": "rds:mariadb",
}
"""`databaseEngine` and the beginning of our item."""
FAMILIES = ("ServerlessV2", "Database Storage", "System Operation", "Storage Snapshot")
"""Product families besides the instances'."""
_ITEMS = {
    "Aurora:ServerlessV2Usage": ("aurora:acu", "hour", 1.0),
    "Aurora:StorageUsage": ("aurora:storage", "GiB-month", 1.0),
    "Aurora:IO-OptimizedStorageUsage": ("aurora:iopt:storage", "GiB-month", 1.0),
    "Aurora:StorageIOUsage": ("aurora:io", "million", 1e6),
    "Aurora:BackupUsage": ("aurora:backup", "GiB-month", 1.0),
}
"""By usage type: our item, its unit, and how many of the API's units that is."""
_CLOUDWATCH = {
    "CW:AlarmMonitorUsage": (
        ("cloudwatch:alarm", "month", 1.0),
        ("cloudwatch:alarm-share", "month", 2.0),
        ("cloudwatch:alarm-anomaly", "month", 3.0),
    ),
    "CW:CompositeAlarmMonitorUsage": (("cloudwatch:alarm-composite", "month", 1.0),),
    "CW:MetricMonitorUsage": (("cloudwatch:metric", "month", 1.0),),
    "CW:GMD-Metrics": (("cloudwatch:get-metric-data", "thousand", 1000.0),),
    "CW:Requests": (("cloudwatch:request", "thousand", 1000.0),),
}
_PREFIX = re.compile(r"^[A-Z]{2,4}\d*-(?=Aurora:|InstanceUsage|CW:)")
CLASS_FACTOR = "aurora:iopt:class-factor"


@dataclass(frozen=True, slots=True)
class _Product:
    """One row of the list: what it is and what it costs in dollars."""

    usage: str
    engine: str
    instance_class: str
    dollars: float


def _product(text: str) -> _Product | None:
    """None for what has no on-demand price in dollars."""
    row = json.loads(text)
    attributes = row.get("product", {}).get("attributes", {})
    prices = [
        float(dimension["pricePerUnit"]["USD"])
        for term in row.get("terms", {}).get("OnDemand", {}).values()
        for dimension in term.get("priceDimensions", {}).values()
        if "USD" in dimension.get("pricePerUnit", {}) and dimension.get("beginRange", "0") == "0"
    ]
    if not prices or max(prices) <= 0:
        return None
    usage = _PREFIX.sub("", str(attributes.get("usagetype", "")))
    return _Product(
        usage, str(attributes.get("databaseEngine", "")), str(attributes.get("instanceType", "")), max(prices)
    )


def _ask(
    door: Door, place: Place, left: Callable[[], float], service: str = SERVICE, **wanted: str
) -> Iterator[_Product]:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    rows: list[Any] = door.rows(
        place, "pricing", "get_products", "PriceList", left, ServiceCode=service, Filters=filters
    )
    yield from (one for text in rows if (one := _product(text)) is not None)


def _classes(products: list[_Product]) -> Iterator[Price]:
    """Classes, and what I/O-Optimized takes of each for one of Standard: the same for all, so their median."""
    standard: dict[str, float] = {}
    optimized: dict[str, float] = {}
    for one in products:
        prefix, kind = ENGINES.get(one.engine), one.usage.partition(":")[0]
        if prefix is None or not one.instance_class.startswith("db."):
            continue
        item = f"{prefix}:{one.instance_class}"
        if kind == "InstanceUsage":
            standard[item] = one.dollars
        elif kind == "InstanceUsageIOOptimized":
            optimized[item] = one.dollars
    yield from (Price(item, dollars, "hour") for item, dollars in sorted(standard.items()))
    factors = [optimized[item] / standard[item] for item in optimized if item in standard]
    if factors:
        yield Price(CLASS_FACTOR, round(statistics.median(factors), 3), "ratio")


def price_list(
    door: Door, region: str, role: str | None, external: str | None, today: date, left: Callable[[], float]
) -> Prices:
    """All items of the Region that the API tells. Raises SourceError."""
    place = Place(ANSWERS_IN, role, external)
    instances: list[_Product] = []
    for engine in ENGINES:
        instances += _ask(
            door, place, left, regionCode=region, productFamily="Database Instance",
            databaseEngine=engine, deploymentOption="Single-AZ",
        )  # fmt: skip
    rows = {one.item: one for one in _classes(instances)}
    for family in FAMILIES:
        for one in _ask(door, place, left, regionCode=region, productFamily=family):
            if one.usage in _ITEMS:
                item, unit, many = _ITEMS[one.usage]
                rows.setdefault(item, Price(item, round(one.dollars * many, 6), unit))
    for one in _ask(door, place, left, CLOUDWATCH, regionCode=region):
        for item, unit, many in _CLOUDWATCH.get(one.usage, ()):
            rows.setdefault(item, Price(item, round(one.dollars * many, 6), unit))
    return Prices(region, today, "AWS Price List API", tuple(rows.values()))


def as_toml(prices: Prices) -> str:
    """The list as a file that `[prices] files` takes: the form of the release's own."""
    lines = [
        f"# On-demand list prices of {prices.region} in dollars, by the AWS Price List API. Written by `tunewright prices update`.",
        f'region = "{prices.region}"',
        f"as_of = {prices.as_of.isoformat()}",
        f'source = "{prices.source}"',
    ]
    for unit in dict.fromkeys(row.unit for row in prices.rows):
        lines += ["", f'[items."{unit}"]']
        lines += [f'"{row.item}" = {row.dollars!r}' for row in prices.rows if row.unit == unit]
    return "\n".join(lines) + "\n"
