"""What an advice is worth: seconds of execution an hour, and the money that so much of the instance costs.

In come statements' times before and after with their intervals, and what the instance costs; out come numbers with intervals. Called by advice.py,
by checks/indexes/missing.py and by the reports. Money is the share of the instance's processors that no longer runs the statements: it is
saved only where the instance is then made smaller, or where it would else have had to grow.
"""

from collections.abc import Iterable
from dataclasses import dataclass

HOURS_A_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Price:
    """What the instance costs an hour, and how many processors (vCPUs) it has."""

    dollars_per_hour: float
    vcpus: float


@dataclass(frozen=True, slots=True)
class Saved:
    """Seconds of execution that are saved in an hour: expected, and the bounds between which they lie nine times in ten."""

    expected: float
    low: float
    high: float

    def dollars_a_month(self, price: Price) -> "Saved":
        """The same in dollars a month."""
        rate = price.dollars_per_hour * HOURS_A_MONTH / (price.vcpus * 3600.0)
        return Saved(self.expected * rate, self.low * rate, self.high * rate)


def saved(times: Iterable[tuple[float, tuple[float, float, float] | None]], window_seconds: float) -> Saved | None:
    """From (seconds in the window, expected, lowest and highest seconds after) of statements. None where no time is known.

    Bounds add up as if all statements erred the same way: the widest interval that they can give.
    """
    known = [(before, after) for before, after in times if after is not None]
    if not known or window_seconds <= 0:
        return None
    hours = window_seconds / 3600.0
    expected = sum(before - after[0] for before, after in known) / hours
    low, high = (sum(before - after[side] for before, after in known) / hours for side in (2, 1))
    return Saved(expected, low, high)
