"""How many requests we made of AWS, and what they cost. Written by the door's hooks from every lane; read by the metrics and the tests."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tunewright_analyzers.facts.cloud_cost import Prices

IAM_PREFIX = {
    "cloudwatch": "cloudwatch",
    "cloudwatch-logs": "logs",
    "ec2": "ec2",
    "kms": "kms",
    "pi": "pi",
    "pricing": "pricing",
    "rds": "rds",
    "resource-groups-tagging-api": "tag",
    "secrets-manager": "secretsmanager",
    "sts": "sts",
}
"""IAM's name of a service by botocore's (its hyphenated service id); a service that is not here keeps botocore's."""
DOLLARS_PER_METRIC = 0.01 / 1000
"""GetMetricData, by metric requested (CloudWatch pricing page, us-east-1, read 2026-11): where the Region's own price is not known."""
DOLLARS_PER_REQUEST = 0.01 / 1000
"""Other requests of CloudWatch and Performance Insights beyond their free million a month, which is left out of the estimate."""
_BILLED = ("cloudwatch:", "pi:")
METRIC_DATA = "cloudwatch:GetMetricData"
METRIC_ITEM, REQUEST_ITEM = "cloudwatch:get-metric-data", "cloudwatch:request"
"""Items of the table of prices, each by the thousand."""


def _dollars(prices: Prices | None, item: str, otherwise: float) -> float:
    known = None if prices is None else prices.get(item)
    return otherwise if known is None else known.dollars / 1000


def dollars_a_metric(prices: Prices | None) -> float:
    """What GetMetricData costs for one metric."""
    return _dollars(prices, METRIC_ITEM, DOLLARS_PER_METRIC)


def action(service: str, operation: str) -> str:
    """IAM's action: `rds:DescribeDBClusters`."""
    return f"{IAM_PREFIX.get(service, service)}:{operation}"


@dataclass(frozen=True, slots=True)
class Bill:
    """Requests since the start, by (action, region), metrics requested, and the dollars that both cost."""

    requests: Mapping[tuple[str, str], int]
    metrics: int
    dollars: float


@dataclass(slots=True)
class Calls:
    """The count. `note` is called once for each request that botocore is asked for; retries of one are not counted again."""

    _requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    _metrics: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, action: str, region: str, metrics: int = 0) -> None:
        """One request; `metrics` is how many queries a GetMetricData carries."""
        with self._lock:
            self._requests[(action, region)] += 1
            self._metrics[region] += metrics

    def actions(self) -> frozenset[str]:
        """Every action that was called."""
        with self._lock:
            return frozenset(name for name, _ in self._requests)

    def bill(self, prices: Callable[[str], Prices | None] = lambda _region: None) -> Bill:
        """All of it, frozen; at the prices of each Region where `prices` knows them, else at those of us-east-1."""
        with self._lock:
            requests, metrics = dict(self._requests), dict(self._metrics)
        dollars = sum(number * dollars_a_metric(prices(region)) for region, number in metrics.items())
        for (name, region), number in requests.items():
            if name.startswith(_BILLED) and name != METRIC_DATA:
                dollars += number * _dollars(prices(region), REQUEST_ITEM, DOLLARS_PER_REQUEST)
        return Bill(requests, sum(metrics.values()), dollars)
