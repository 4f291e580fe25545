"""How many requests we made of AWS, and what they cost. Written by the door's hooks from every lane; read by the metrics and the tests."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

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
"""GetMetricData, by metric requested (CloudWatch pricing page, us-east-1, read 2026-11)."""
DOLLARS_PER_REQUEST = 0.01 / 1000
"""Other requests of CloudWatch and Performance Insights beyond their free million a month, which is left out of the estimate."""
_BILLED = ("cloudwatch:", "pi:")
METRIC_DATA = "cloudwatch:GetMetricData"


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
    _metrics: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, action: str, region: str, metrics: int = 0) -> None:
        """One request; `metrics` is how many queries a GetMetricData carries."""
        with self._lock:
            self._requests[(action, region)] += 1
            self._metrics += metrics

    def actions(self) -> frozenset[str]:
        """Every action that was called."""
        with self._lock:
            return frozenset(name for name, _ in self._requests)

    def bill(self) -> Bill:
        """All of it, frozen."""
        with self._lock:
            requests, metrics = dict(self._requests), self._metrics
        billed = sum(
            number for (name, _), number in requests.items() if name.startswith(_BILLED) and name != METRIC_DATA
        )
        return Bill(requests, metrics, metrics * DOLLARS_PER_METRIC + billed * DOLLARS_PER_REQUEST)
