"""The series of one scrape: collected in any order, bounded per metric, given out as prometheus_client's families."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family

from tunewright_agent.metrics.catalog import BY_NAME, Kind

MOST_SERIES = 2000
"""Series of one metric in one scrape: a bound against surprises; what is ranked stays far below."""
LONGEST_LABEL = 200


def label(value: object) -> str:
    """A label's value: what UTF-8 cannot hold and NUL become `?`, and the length is bounded. Quoting is prometheus_client's work.
    Prometheus itself takes a NUL (tried with 2.42); what reads its labels in C would end there."""
    text = str(value) if value is not None else ""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
    return clean if len(clean) <= LONGEST_LABEL else f"{clean[: LONGEST_LABEL - 1]}…"


class Sheet:
    """Rows by metric and labels. Two rows with the same labels would fail the whole scrape: counters are added, gauges keep the greater."""

    def __init__(self, most_series: int = MOST_SERIES) -> None:
        self._most = most_series
        self._rows: dict[str, dict[tuple[str, ...], float]] = {}
        self.dropped: dict[str, int] = {}

    def add(self, name: str, value: float | int | bool | None, *labels: object) -> None:
        """One series; None means unknown and leaves no series. Raises KeyError for a name that the catalogue does not hold,
        ValueError for another number of labels than it says."""
        metric = BY_NAME[name]
        if len(labels) != len(metric.labels):
            raise ValueError(f"{name} has the labels {metric.labels}, {len(labels)} values were given")
        if value is None:
            return
        rows = self._rows.setdefault(name, {})
        key = tuple(label(one) for one in labels)
        if key in rows:
            rows[key] = rows[key] + value if metric.kind is Kind.COUNTER else max(rows[key], value)
        elif len(rows) < self._most:
            rows[key] = float(value)
        else:
            self.dropped[name] = self.dropped.get(name, 0) + 1

    def families(self) -> Iterator[Family]:
        """All rows, in the catalogue's order."""
        for metric in BY_NAME.values():
            rows = self._rows.get(metric.name)
            if rows is None:
                continue
            kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
            family = kind(metric.name, metric.help, labels=metric.labels)
            for key, value in rows.items():
                family.add_metric(key, value)
            yield family
