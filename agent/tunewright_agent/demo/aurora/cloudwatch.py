"""CloudWatch's GetMetricData and ListMetrics over signals: functions of time instead of stored points. moto knows neither percentiles nor limits.

A signal gives the value of a minute, or None where there is no point. The limits are AWS's: 500 queries and 100,800 points a call, pages
by NextToken.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tunewright_agent.demo.aurora.substitute import Parameters, Refusal, Substitute

Signal = Callable[[datetime], float | None]
MOST_QUERIES, MOST_POINTS = 500, 100_800
SAMPLES = 12
"""Minutes of a long period that are looked at: enough for the shape of an hour."""


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def statistic(values: list[float], name: str, minutes: int) -> float:
    """One statistic of a period's samples; a Sum is scaled to all its minutes."""
    if name.startswith("p"):
        return _percentile(values, float(name[1:]) / 100)
    if name == "Sum":
        return sum(values) * minutes / len(values)
    return {"Average": sum(values) / len(values), "Minimum": min(values), "Maximum": max(values)}[name]


@dataclass(slots=True)
class CloudWatch:
    """The metrics of one account. `now` bounds what is known; `page_points` is how many points a page holds."""

    now: Callable[[], datetime]
    page_points: int = MOST_POINTS
    signals: dict[tuple[str, tuple[tuple[str, str], ...]], Signal] = field(default_factory=dict)

    def put(self, metric: str, signal: Signal, **dimensions: str) -> None:
        """A metric of AWS/RDS with these dimensions."""
        self.signals[(metric, tuple(sorted(dimensions.items())))] = signal

    def install(self, substitute: Substitute) -> None:
        """Answer for it."""
        substitute.answer("cloudwatch", "GetMetricData", self._data)
        substitute.answer("cloudwatch", "ListMetrics", self._list)

    def _list(self, parameters: Parameters) -> dict[str, Any]:
        wanted = {(one["Name"], one.get("Value")) for one in parameters.get("Dimensions", ())}
        found = [
            {
                "Namespace": "AWS/RDS",
                "MetricName": metric,
                "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions],
            }
            for metric, dimensions in self.signals
            if wanted <= set(dimensions) and parameters.get("MetricName") in (None, metric)
        ]
        return {"Metrics": found}

    def _data(self, parameters: Parameters) -> dict[str, Any]:
        queries = parameters["MetricDataQueries"]
        if len(queries) > MOST_QUERIES:
            raise Refusal("ValidationError")
        start, end = _utc(parameters["StartTime"]), _utc(parameters["EndTime"])
        if sum(_points(one, start, end) for one in queries) > MOST_POINTS:
            raise Refusal("ValidationError")
        rows = [(one, point) for one in queries for point in self._series(one, start, end)]
        first = int(parameters.get("NextToken") or 0)
        page = rows[first : first + self.page_points]
        results = {
            one["Id"]: {"Id": one["Id"], "Label": one["Id"], "Timestamps": [], "Values": [], "StatusCode": "Complete"}
            for one in queries
        }
        for one, (at, value) in page:
            results[one["Id"]]["Timestamps"].append(at)
            results[one["Id"]]["Values"].append(value)
        answer: dict[str, Any] = {"MetricDataResults": list(results.values())}
        if first + self.page_points < len(rows):
            answer["NextToken"] = str(first + self.page_points)
        return answer

    def _series(self, query: dict[str, Any], start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        stat = query["MetricStat"]
        dimensions = tuple(sorted((one["Name"], one["Value"]) for one in stat["Metric"]["Dimensions"]))
        signal = self.signals.get((stat["Metric"]["MetricName"], dimensions))
        if signal is None:
            return []
        period, found = int(stat["Period"]), []
        at, until = start, min(end, self.now())
        while at < until:
            minutes = period // 60
            step = max(1, minutes // SAMPLES)
            moments = (at + timedelta(minutes=minute) for minute in range(0, minutes, step))
            values = [value for one in moments if one < until and (value := signal(one)) is not None]
            if values:
                found.append((at, statistic(values, stat["Stat"], minutes)))
            at += timedelta(seconds=period)
        return found


def _points(query: dict[str, Any], start: datetime, end: datetime) -> int:
    return max(1, int((end - start).total_seconds() // int(query["MetricStat"]["Period"])))


def _utc(at: Any) -> datetime:
    moment: datetime = at
    return moment.astimezone(UTC)
