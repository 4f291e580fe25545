"""From planner cost to seconds: what a cheaper plan was worth on this server, from the statements' own counters.

In come statements with their measured time a call and their planner cost, out comes a Calibration, or None where too few tell too little.
Called by advice.py. A straight line through the logarithms (least squares): a statement that costs ten times as much takes 10^slope times
as long. The slope is held between 0.3 and 1: cost is known to promise more than time keeps (measured on TPC-H: a quarter of the cost was a
seventh of the time), and never less than nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_STATEMENTS = 8
LEAST_SPREAD = 0.5
"""Standard deviation of the logarithms (base 10) of cost: below it a line says nothing."""
_SLOPES = (0.3, 1.0)
_NINE_IN_TEN = 1.645


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope` of log time over log cost with its standard error; `statements` that it rests on; `error`: residual standard deviation (log10)."""

    slope: float
    slope_error: float
    error: float
    statements: int

    def seconds_after(self, seconds: float, cost_before: float, cost_after: float) -> tuple[float, float, float]:
        """(expected, low, high) seconds in place of `seconds` when the cost falls from one to the other; nine in ten lie between."""
        if cost_before <= 0 or cost_after <= 0 or seconds <= 0:
            return seconds, seconds, seconds
        ratio = min(cost_after / cost_before, 1.0)
        steep = min(self.slope + _NINE_IN_TEN * self.slope_error, 1.2)
        flat = max(self.slope - _NINE_IN_TEN * self.slope_error, 0.1)
        return seconds * ratio**self.slope, seconds * ratio**steep, seconds * ratio**flat


def calibrated(pairs: Sequence[tuple[float, float]]) -> Calibration | None:
    """From (planner cost of a call, measured seconds of a call)."""
    points = [(math.log10(cost), math.log10(seconds)) for cost, seconds in pairs if cost > 0 and seconds > 0]
    count = len(points)
    if count < LEAST_STATEMENTS:
        return None
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if math.sqrt(spread / count) < LEAST_SPREAD:
        return None
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    residual = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    error = math.sqrt(residual / (count - 2))
    return Calibration(min(max(slope, _SLOPES[0]), _SLOPES[1]), error / math.sqrt(spread), error, count)
