"""GetMetricData: queries in batches, every page, points at their own times. Used by the sources metrics and trends.

A call takes 500 queries and gives 100,800 points at the most; queries of one call share the time that they ask for, so they are grouped
by period beforehand. A point that came before is replaced (CloudWatch revises its latest ones), never doubled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tunewright_agent.sources.aws.asked import Asked, Tier
from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Denied, Overrun, Unavailable
from tunewright_analyzers.facts.cloud_metrics import Dimension, MetricPoint, MetricSeries

MOST_QUERIES, MOST_POINTS = 500, 100_800
NAMESPACE = "AWS/RDS"


@dataclass(frozen=True, slots=True)
class Question:
    """A metric of one resource."""

    asked: Asked
    resource: str


def dimensions(dimension: Dimension, resource: str) -> list[dict[str, str]]:
    """CloudWatch's dimensions of a resource."""
    if dimension is Dimension.INSTANCE:
        return [{"Name": "DBInstanceIdentifier", "Value": resource}]
    found = [{"Name": "DBClusterIdentifier", "Value": resource}]
    if dimension in (Dimension.WRITER, Dimension.READER):
        found.append({"Name": "Role", "Value": dimension.value.upper()})
    return found


def _query(number: int, one: Question, period: int) -> Row:
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": one.asked.metric,
        "Dimensions": dimensions(one.asked.dimension, one.resource),
    }
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": one.asked.statistic}}


def floor(at: datetime, period: int) -> datetime:
    """The beginning of the period that holds `at`."""
    return datetime.fromtimestamp(at.timestamp() // period * period, UTC)


def _batches(questions: list[Question], points: int) -> Iterable[list[Question]]:
    size = max(1, min(MOST_QUERIES, MOST_POINTS // max(1, points)))
    for first in range(0, len(questions), size):
        yield questions[first : first + size]


def ask(
    reader: Reader, questions: list[Question], period: int, start: datetime, end: datetime
) -> dict[Question, dict[datetime, float]]:
    """Points by question and time; a question without points has none. Raises SourceError."""
    found: dict[Question, dict[datetime, float]] = {one: {} for one in questions}
    for batch in _batches(questions, int((end - start).total_seconds() // period) + 1):
        queries = [_query(number, one, period) for number, one in enumerate(batch)]
        token: str | None = None
        while True:
            more = {} if token is None else {"NextToken": token}
            page = reader.call(
                "cloudwatch",
                "get_metric_data",
                MetricDataQueries=queries,
                StartTime=start,
                EndTime=end,
                ScanBy="TimestampAscending",
                **more,
            )
            _take(page, batch, found)
            token = page.get("NextToken")
            if not token:
                break
            if reader.left() <= 0:
                raise Overrun("GetMetricData: more pages were to come when the time was over")
    return found


def _take(page: Row, batch: list[Question], found: dict[Question, dict[datetime, float]]) -> None:
    for row in page.get("MetricDataResults", ()):
        status = row.get("StatusCode", "Complete")
        if status == "Forbidden":
            raise Denied("cloudwatch:GetMetricData gave no leave to a metric", "allow cloudwatch:GetMetricData")
        if status == "InternalError":
            raise Unavailable("CloudWatch failed inside GetMetricData (InternalError)")
        points = found[batch[int(row["Id"][1:])]]
        for at, value in zip(row.get("Timestamps", ()), row.get("Values", ()), strict=True):
            points[_utc(at)] = float(value)


def _utc(at: Any) -> datetime:
    moment: datetime = at
    return moment.astimezone(UTC)


@dataclass(slots=True)
class Kept:
    """The points of one target's questions, of the last `keep`, each time once."""

    keep: timedelta
    _points: dict[Question, dict[datetime, float]] = field(default_factory=dict)

    def newest(self, questions: Iterable[Question]) -> datetime | None:
        """The newest point of any of them."""
        return max((at for one in questions for at in self._points.get(one, ())), default=None)

    def knows(self, one: Question) -> bool:
        """Whether it was asked before."""
        return one in self._points

    def add(self, found: Mapping[Question, Mapping[datetime, float]]) -> None:
        """Put points beside those that are kept; one of the same time takes the older one's place."""
        for one, points in found.items():
            self._points.setdefault(one, {}).update(points)

    def drop(self, before: datetime, wanted: set[Question]) -> None:
        """Forget points that are too old, and questions that are asked no more and have no point left."""
        for one in list(self._points):
            points = {at: value for at, value in self._points[one].items() if at >= before}
            if points or one in wanted:
                self._points[one] = points
            else:
                del self._points[one]

    def series(self) -> tuple[MetricSeries, ...]:
        """All of it, as facts."""
        return tuple(
            MetricSeries(
                one.asked.metric,
                one.asked.dimension,
                one.resource,
                one.asked.statistic,
                int(one.asked.tier),
                tuple(MetricPoint(at, points[at]) for at in sorted(points)),
            )
            for one, points in self._points.items()
        )


def newest_value(reader: Reader, metric: str, instance: str, at: datetime) -> float | None:
    """The newest minute of an instance's metric, at most ten minutes old; None where there is none. Raises SourceError."""
    one = Question(Asked(metric, Dimension.INSTANCE, "Average", Tier.HOT), instance)
    points = ask(reader, [one], 60, floor(at, 60) - timedelta(minutes=10), at)[one]
    return points[max(points)] if points else None
