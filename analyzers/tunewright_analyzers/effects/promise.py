"""What a recommendation promised, against what was measured; and over all of them, how far promises may be trusted. Pure.

A planner's cost is no time: a statement of a tenth of the cost takes, by what indexes/calibration.py measures, between a tenth and 0.1 to the
power of 0.3 of the time. A promise in cost is kept where the time fell at least by the latter, one in seconds where it fell at least half as far
(on the scale of factors) as was said. Dropping an index promises that nothing becomes slower.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tunewright_analyzers.facts.effects import Effect, Outcome, StatementEffect
from tunewright_analyzers.recommendation import Action, Expectation, Recommendation

LEAST_FACTOR = 1.2
"""A smaller difference in time is not told from the weather, however sure it is."""
_EXPONENTS = {"cost": 0.3, "seconds": 0.5}
_ROUNDING = 1.05
LEAST_RATIO = 1e-6


def promised_ratio(one: Expectation | None) -> float | None:
    """After to before, of a metric that stands for time; None for any other (bytes, rows)."""
    if one is None or one.unit not in _EXPONENTS or one.baseline <= 0 or one.predicted < 0:
        return None
    return max(one.predicted / one.baseline, LEAST_RATIO)


def measured_ratio(rows: Iterable[StatementEffect]) -> float | None:
    """The time of these statements after to before, each weighted by its calls after the change; None for none."""
    weights = [(row.after_calls * row.before_seconds, row.ratio) for row in rows]
    whole = sum(weight for weight, _ in weights)
    return sum(weight * ratio for weight, ratio in weights) / whole if whole > 0 else None


def is_kept(advice: Recommendation, outcome: Outcome, named: tuple[StatementEffect, ...]) -> bool | None:
    """Whether the promise was kept. None: none was made that time can keep, or it was smaller than what can be told from chance."""
    if outcome is Outcome.HURT:
        return False
    if outcome not in {Outcome.HELPED, Outcome.UNCHANGED}:
        return None
    if advice.action is Action.DROP_INDEX:
        return True
    promised, measured = promised_ratio(advice.expectation), measured_ratio(named)
    if advice.expectation is None or promised is None or measured is None:
        return True if outcome is Outcome.HELPED and advice.expectation is None else None
    needed = promised ** _EXPONENTS[advice.expectation.unit]
    if needed * LEAST_FACTOR > 1:
        return True if outcome is Outcome.HELPED else None
    return measured <= needed * _ROUNDING and any(row.differs and row.ratio < 1 for row in named)


@dataclass(frozen=True, slots=True)
class Trust:
    """Over the changes of one check (or of all): how many promises could be judged and were kept, and the geometric means of their ratios."""

    check: str
    judged: int
    kept: int
    promised: float | None
    measured: float | None


def trust(rows: Iterable[Effect]) -> tuple[Trust, ...]:
    """By check, in their order; only changes whose promise could be judged."""
    by_check: dict[str, list[Effect]] = {}
    for row in rows:
        if row.check is not None and row.kept is not None:
            by_check.setdefault(row.check, []).append(row)
    return tuple(_trust(check, found) for check, found in sorted(by_check.items()))


def _trust(check: str, rows: list[Effect]) -> Trust:
    both = [(row.promised, row.measured) for row in rows if row.promised is not None and row.measured is not None]
    means = [
        math.exp(sum(math.log(max(one, LEAST_RATIO)) for one in side) / len(side)) for side in zip(*both, strict=True)
    ]
    promised, measured = means if both else (None, None)
    return Trust(check, len(rows), sum(row.kept is True for row in rows), promised, measured)
