"""How a forecast is told: severity by how near the day is, with the line it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tunewright_analyzers.check import Context, threshold
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.forecast.cloud import Forecast


@dataclass(frozen=True, slots=True)
class Nearness:
    """Thresholds of every forecast, in days until the limit."""

    medium_days: float = threshold(60, "days", "Days left from which it is told.")
    high_days: float = threshold(14, "days", "Days left from which it is severe.")
    critical_days: float = threshold(3, "days", "Days left from which it is critical.")


def severity(days: float, limits: Nearness) -> Severity:
    """Of so many days left."""
    if days <= limits.critical_days:
        return Severity.CRITICAL
    return Severity.HIGH if days <= limits.high_days else Severity.MEDIUM


def _when(forecast: Forecast, days: float | None) -> str:
    day = forecast.day(days)
    return "never" if day is None else f"{day:%Y-%m-%d}"


def told(context: Context[Any], forecast: Forecast, what: str) -> Iterator[Finding]:
    """The finding of a line that rises without doubt and meets its limit soon enough. `what` is the limit in words."""
    days, line = forecast.days, forecast.line
    if days is None or days > context.thresholds.medium_days or not (line.low > 0 or days == 0):
        return
    day = forecast.day(days)
    yield context.finding(
        Subject(forecast.kind, forecast.name),
        severity(days, context.thresholds),
        f"{forecast.name} meets {what} in {days:.0f} days, on {day:%Y-%m-%d}, if it goes on as in the last {line.days} days.",
        Evidence("now", round(line.level, 1), forecast.unit, forecast.source),
        Evidence("limit", round(forecast.limit, 1), forecast.unit, forecast.source),
        Evidence("a day", round(line.slope, 3), forecast.unit, "Theil-Sen slope of daily values"),
        Evidence(
            "95 % interval",
            f"{_when(forecast, forecast.earliest)} to {_when(forecast, forecast.latest)}",
            "",
            "Sen's interval of the slope",
        ),
    )
