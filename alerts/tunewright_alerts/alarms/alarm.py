"""One CloudWatch alarm, as we want it and as DescribeAlarms tells it. Three kinds: of a metric, of a band around it, of other alarms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

NAMESPACE = "AWS/RDS"
BAND = "band"
"""Id of the expression that makes the band."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A series of AWS/RDS. `statistic` is `Average` … or a percentile such as `p90`; dimensions are (name, value)."""

    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Alarm:
    """`threshold` for an alarm of a metric, `deviations` for a band, `rule` (and no metric) for a composite alarm."""

    name: str
    description: str
    metric: Metric | None = None
    comparison: str = ""
    """CloudWatch's ComparisonOperator."""
    threshold: float | None = None
    deviations: float | None = None
    periods: int = 1
    missing: str = "missing"
    """TreatMissingData: breaching, notBreaching, ignore, missing."""
    rule: str | None = None
    actions: tuple[str, ...] = ()
    """ARNs that are told of ALARM and of OK."""

    @property
    def kind(self) -> str:
        """`metric`, `band` or `composite`."""
        return "composite" if self.rule is not None else "band" if self.deviations is not None else "metric"

    def request(self) -> dict[str, Any]:
        """The parameters of PutMetricAlarm or PutCompositeAlarm, without tags."""
        said: dict[str, Any] = {
            "AlarmName": self.name,
            "AlarmDescription": self.description,
            "ActionsEnabled": True,
            "AlarmActions": list(self.actions),
            "OKActions": list(self.actions),
        }
        if self.metric is None:
            return said | {"AlarmRule": self.rule}
        said |= {
            "ComparisonOperator": self.comparison,
            "EvaluationPeriods": self.periods,
            "DatapointsToAlarm": self.periods,
            "TreatMissingData": self.missing,
        }
        return said | (_banded(self.metric, self.deviations) if self.deviations is not None else _plain(self))


def _dimensions(metric: Metric) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in metric.dimensions]


def _plain(alarm: Alarm) -> dict[str, Any]:
    metric = alarm.metric
    assert metric is not None
    statistic = "ExtendedStatistic" if metric.statistic.startswith("p") else "Statistic"
    return {
        "Namespace": NAMESPACE,
        "MetricName": metric.name,
        "Dimensions": _dimensions(metric),
        "Period": metric.period_seconds,
        statistic: metric.statistic,
        "Threshold": alarm.threshold,
    }


def _banded(metric: Metric, deviations: float) -> dict[str, Any]:
    series = {"Namespace": NAMESPACE, "MetricName": metric.name, "Dimensions": _dimensions(metric)}
    return {
        "ThresholdMetricId": BAND,
        "Metrics": [
            {
                "Id": "m",
                "ReturnData": True,
                "MetricStat": {"Metric": series, "Period": metric.period_seconds, "Stat": metric.statistic},
            },
            {"Id": BAND, "ReturnData": True, "Expression": f"ANOMALY_DETECTION_BAND(m, {deviations:g})"},
        ],
    }


def _pairs(rows: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((row["Name"], row["Value"]) for row in rows)


def _read_band(row: Mapping[str, Any]) -> tuple[Metric | None, float | None]:
    by_id = {one["Id"]: one for one in row.get("Metrics", ())}
    stat, text = by_id.get("m", {}).get("MetricStat"), by_id.get(BAND, {}).get("Expression", "")
    number = text.removeprefix("ANOMALY_DETECTION_BAND(m, ").removesuffix(")")
    if stat is None or not number.replace(".", "", 1).isdigit():
        return None, None
    series = stat["Metric"]
    metric = Metric(series["MetricName"], _pairs(series.get("Dimensions", [])), stat["Stat"], int(stat["Period"]))
    return metric, float(number)


def read(row: Mapping[str, Any]) -> Alarm:
    """The alarm that a row of DescribeAlarms (MetricAlarms or CompositeAlarms) tells of. What we never set is left out."""
    told = Alarm(
        row["AlarmName"], row.get("AlarmDescription", ""), rule=row.get("AlarmRule"), actions=tuple(row.get("AlarmActions", ()))
    )  # fmt: skip
    if told.rule is not None:
        return told
    metric, deviations = _read_band(row)
    if metric is None and row.get("MetricName"):
        statistic = row.get("Statistic") or row.get("ExtendedStatistic") or ""
        metric = Metric(row["MetricName"], _pairs(row.get("Dimensions", [])), statistic, int(row.get("Period", 0)))
    return Alarm(
        name=told.name,
        description=told.description,
        metric=metric,
        comparison=row.get("ComparisonOperator", ""),
        threshold=row.get("Threshold") if deviations is None else None,
        deviations=deviations,
        periods=int(row.get("EvaluationPeriods", 0)),
        missing=row.get("TreatMissingData") or "missing",
        actions=told.actions,
    )


def differences(now: Alarm, wanted: Alarm) -> Iterator[tuple[str, str, str]]:
    """(field, as it is, as it should be) of what differs; the order of dimensions and actions does not matter."""
    for field in fields(Alarm):
        one, other = getattr(now, field.name), getattr(wanted, field.name)
        if field.name == "metric" and one is not None and other is not None:
            if _canonical(one) != _canonical(other):
                yield field.name, _text(one), _text(other)
        elif field.name == "actions":
            if sorted(one) != sorted(other):
                yield field.name, ", ".join(one) or "none", ", ".join(other) or "none"
        elif one != other:
            yield field.name, _text(one), _text(other)


def _canonical(metric: Metric) -> tuple[object, ...]:
    return (metric.name, sorted(metric.dimensions), metric.statistic, metric.period_seconds)


def _text(value: object) -> str:
    if isinstance(value, Metric):
        where = ", ".join(f"{name}={text}" for name, text in value.dimensions)
        return f"{value.name} {value.statistic} of {value.period_seconds} s ({where})"
    return f"{value:g}" if isinstance(value, float) else str(value)
