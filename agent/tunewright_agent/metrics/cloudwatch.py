"""Our own metrics in CloudWatch: State in, PutMetricData out. Load by wait class and open findings by severity, no more: each series is billed.

Off unless `[cloudwatch] publish = true`. Called by wiring's tick, in a lane of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunewright_agent.state import State
from tunewright_analyzers.facts.ids import ClusterId, FindingId
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.finding import Severity

MOST_A_CALL = 1000
"""Metrics in one PutMetricData."""
MONTH_SECONDS = 730 * 3600


@dataclass(frozen=True, slots=True)
class Rates:
    """List prices of a custom metric a month (the first 10,000), and of a request; by default those of us-east-1 (CloudWatch, read 2026-11)."""

    series_dollars: float = 0.30
    call_dollars: float = 0.01 / 1000
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one series."""

    name: str
    value: float
    dimensions: tuple[tuple[str, str], ...]

    @property
    def series(self) -> tuple[object, ...]:
        """What makes it a series of its own."""
        return (self.name, self.dimensions)


def _findings(state: State) -> Iterator[Datum]:
    """Each finding once, though several instances of a cluster may tell it; a severity without findings is 0, so that alarms end."""
    seen: dict[tuple[ClusterId, FindingId], Severity] = {}
    clusters = {one.cluster for one in state.instances if one.judgement is not None}
    for instance in state.instances:
        for finding in instance.judgement.findings if instance.judgement is not None else ():
            seen[(instance.cluster, finding.id)] = finding.severity
    counts = Counter((cluster, severity) for (cluster, _), severity in seen.items())
    for cluster in sorted(clusters):
        for severity in Severity:
            labels = (("Cluster", str(cluster)), ("Severity", str(severity)))
            yield Datum("FindingsOpen", counts[(cluster, severity)], labels)


def _load(state: State) -> Iterator[Datum]:
    for instance in state.instances:
        load = instance.snapshot.section(ActiveSessions) if instance.snapshot is not None else None
        if load is None or not load.samples:
            continue
        sums: Counter[str] = Counter()
        for row in load.rows:
            sums[row.wait_type] += row.samples
        for wait, samples in sorted(sums.items()):
            labels = (("Cluster", str(instance.cluster)), ("Server", str(instance.instance)), ("WaitClass", wait or "CPU"))  # fmt: skip
            yield Datum("LoadSessions", samples / load.samples, labels)


def data(state: State) -> tuple[Datum, ...]:
    """All values of one moment."""
    return (*_findings(state), *_load(state))


def monthly_dollars(rows: tuple[Datum, ...], every_seconds: float, rates: Rates) -> float:
    """What these series cost a month when they are put so often."""
    calls = -(-len(rows) // MOST_A_CALL) * MONTH_SECONDS / every_seconds
    return len({row.series for row in rows}) * rates.series_dollars + calls * rates.call_dollars


def put(client: Any, namespace: str, rows: tuple[Datum, ...], at: datetime) -> None:
    """Send them through boto3's client of cloudwatch. Raises botocore's errors."""
    for start in range(0, len(rows), MOST_A_CALL):
        batch = [
            {
                "MetricName": row.name,
                "Value": row.value,
                "Unit": "Count",
                "Timestamp": at,
                "Dimensions": [{"Name": name, "Value": value} for name, value in row.dimensions],
            }
            for row in rows[start : start + MOST_A_CALL]
        ]
        client.put_metric_data(Namespace=namespace, MetricData=batch)


class Publisher:
    """Puts the newest State each time it is asked; tells the price when the number of series changes."""

    def __init__(
        self,
        client: Callable[[], Any],
        namespace: str,
        every_seconds: float,
        state: Callable[[], State],
        tell: Callable[[int, float, Rates], None],
        rates: Callable[[], Rates] = Rates,
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._every = every_seconds
        self._state = state
        self._tell = tell
        self._rates = rates
        self._series = -1

    def publish(self) -> None:
        """One time. Raises botocore's errors, and the SourceError of a door that has no credentials."""
        state = self._state()
        rows = data(state)
        if len(rows) != self._series:
            self._series = len(rows)
            rates = self._rates()
            self._tell(len(rows), monthly_dollars(rows, self._every, rates), rates)
        if rows:
            put(self._client(), self._namespace, rows, state.now)
