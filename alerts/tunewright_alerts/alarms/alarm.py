"""One CloudWatch alarm, as we want it and as DescribeAlarms tells it: of a metric, of its share of another, of a band around it, of other alarms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

NAMESPACE = "AWS/RDS"
BAND = "band"
"""Id of the expression that makes the band."""
SHARE = "share"
PERCENT = "IF(o > 0, 100 * m / o, 0)"
"""`m` in percent of `o`; 0 where there is nothing to have a share of."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A series of AWS/RDS. `statistic` is `Average` … or a percentile such as `p90`; dimensions are (name, value)."""

    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Alarm:
    """`threshold` for an alarm of a metric (in percent where it is one `of` another), `deviations` for a band, `rule` for a composite alarm."""

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
    of: Metric | None = None

    @property
    def kind(self) -> str:
        """`metric`, `share`, `band` or `composite`."""
        if self.rule is not None:
            return "composite"
        return "band" if self.deviations is not None else "share" if self.of is not None else "metric"

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
        if self.of is not None:
            return said | {"Threshold": self.threshold, "Metrics": _share(self.metric, self.of)}
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


def _series(identity: str, metric: Metric, *, is_shown: bool) -> dict[str, Any]:
    series = {"Namespace": NAMESPACE, "MetricName": metric.name, "Dimensions": _dimensions(metric)}
    stat = {"Metric": series, "Period": metric.period_seconds, "Stat": metric.statistic}
    return {"Id": identity, "ReturnData": is_shown, "MetricStat": stat}


def _share(metric: Metric, of: Metric) -> list[dict[str, Any]]:
    both = [_series("m", metric, is_shown=False), _series("o", of, is_shown=False)]
    return [*both, {"Id": SHARE, "ReturnData": True, "Expression": PERCENT}]


def _banded(metric: Metric, deviations: float) -> dict[str, Any]:
    return {
        "ThresholdMetricId": BAND,
        "Metrics": [
            _series("m", metric, is_shown=True),
            {"Id": BAND, "ReturnData": True, "Expression": f"ANOMALY_DETECTION_BAND(m, {deviations:g})"},
        ],
    }


def _pairs(rows: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((row["Name"], row["Value"]) for row in rows)


def _read_series(row: Mapping[str, Any], identity: str) -> Metric | None:
    """The series of that id among the alarm's Metrics."""
    stat = next((one.get("MetricStat") for one in row.get("Metrics", ()) if one["Id"] == identity), None)
    if stat is None:
        return None
    series = stat["Metric"]
    return Metric(series["MetricName"], _pairs(series.get("Dimensions", [])), stat["Stat"], int(stat["Period"]))


def _read_deviations(row: Mapping[str, Any]) -> float | None:
    """The band's width; None for an alarm without a band of our form."""
    text = next((one.get("Expression", "") for one in row.get("Metrics", ()) if one["Id"] == BAND), "")
    number = text.removeprefix("ANOMALY_DETECTION_BAND(m, ").removesuffix(")")
    return float(number) if number.replace(".", "", 1).isdigit() else None


def read(row: Mapping[str, Any]) -> Alarm:
    """The alarm that a row of DescribeAlarms (MetricAlarms or CompositeAlarms) tells of. What we never set is left out."""
    told = Alarm(
        row["AlarmName"], row.get("AlarmDescription", ""), rule=row.get("AlarmRule"), actions=tuple(row.get("AlarmActions", ()))
    )  # fmt: skip
    if told.rule is not None:
        return told
    metric, deviations = _read_series(row, "m"), _read_deviations(row)
    if metric is None and row.get("MetricName"):
        statistic = row.get("Statistic") or row.get("ExtendedStatistic") or ""
        metric = Metric(row["MetricName"], _pairs(row.get("Dimensions", [])), statistic, int(row.get("Period", 0)))
    return Alarm(
        name=told.name,
        description=told.description,
        metric=metric,
        of=_read_series(row, "o"),
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
        if field.name in {"metric", "of"} and one is not None and other is not None:
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
