"""A robust line through daily values, and the day it meets a limit.

Slope: Theil-Sen, the median of the slopes of all pairs of days (Sen 1968): up to 29 % of the days may be wild without moving it far.
Interval: Sen's, from Kendall's statistic by the normal approximation; days, not hours, because hours of one day are not independent
and would make it far too narrow. A daily rhythm vanishes in the daily value.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from tunewright_analyzers.facts.cloud_metrics import MetricPoint

DAY_SECONDS = 86400.0
Z_95 = 1.959964
FARTHEST_DAYS = 3650.0
"""Farther than this is never."""


@dataclass(frozen=True, slots=True)
class Line:
    """`level` at `at`, rising by `slope` a day; the slope lies between `low` and `high` (95 %). `days`: values it rests on."""

    at: datetime
    level: float
    slope: float
    low: float
    high: float
    days: int

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


def daily(points: Iterable[MetricPoint], pick: Callable[[Iterable[float]], float]) -> tuple[MetricPoint, ...]:
    """One value a day (24 h back from the last point, and so on), `pick` of its points: max for what fills up, min for what is left.

    A first day with less than half of its hours is left out.
    """
    rows = sorted(points, key=lambda point: point.at)
    if not rows:
        return ()
    last, groups = rows[-1].at, dict[int, list[MetricPoint]]()
    for point in rows:
        groups.setdefault(int((last - point.at).total_seconds() // DAY_SECONDS), []).append(point)
    full = max(len(group) for group in groups.values())
    kept = [(age, group) for age, group in groups.items() if age < max(groups) or len(group) * 2 >= full]
    return tuple(
        MetricPoint(last - timedelta(days=age), pick(point.value for point in group)) for age, group in sorted(kept, reverse=True)
    )  # fmt: skip


def fit(values: tuple[MetricPoint, ...]) -> Line | None:
    """The line through values of distinct times; None for fewer than three."""
    if len(values) < 3:
        return None
    end = values[-1].at
    xs = [(point.at - end).total_seconds() / DAY_SECONDS for point in values]
    ys = [point.value for point in values]
    many = len(values)
    slopes = sorted(
        (ys[j] - ys[i]) / (xs[j] - xs[i]) for i in range(many) for j in range(i + 1, many) if xs[j] != xs[i]
    )
    if not slopes:
        return None
    slope = median(slopes)
    spread = Z_95 * math.sqrt(many * (many - 1) * (2 * many + 5) / 18)
    cut = max(math.floor((len(slopes) - spread) / 2) - 1, 0)
    level = median(y - slope * x for x, y in zip(xs, ys, strict=True))
    return Line(end, level, slope, slopes[cut], slopes[-1 - cut], many)


def days_until(line: Line, limit: float, slope: float) -> float | None:
    """Days from the line's end until its level, at that slope, meets the limit from below; 0 where it has; None for never."""
    if line.level >= limit:
        return 0.0
    if slope <= 0:
        return None
    days = (limit - line.level) / slope
    return days if days <= FARTHEST_DAYS else None
