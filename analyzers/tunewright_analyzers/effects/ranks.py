"""Two samples compared by ranks: whether they differ beyond chance, and by what factor. Pure arithmetic, no distribution assumed.

Mann and Whitney (1947): U counts the pairs in which a value of the second sample is the larger. Its distribution is counted out for small
samples without ties, and approximated by the normal one with the correction for ties otherwise. Hodges and Lehmann (1963): the factor
between two samples is the median of the ratios of all pairs; its 95 % interval are the ratios at the ranks that U's distribution gives.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_EXACT = 20
"""Up to this size of each sample the distribution is counted out."""
_NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Factor:
    """By what the second sample is larger than the first: `ratio`, `low` and `high` (95 %), and the two-sided `probability` of chance."""

    ratio: float
    low: float
    high: float
    probability: float


@cache
def _ways(first: int, second: int) -> tuple[int, ...]:
    """In how many orders of the two samples U takes each value from 0 to first x second."""
    if first == 0 or second == 0:
        return (1,)
    ways = [0] * (first * second + 1)
    for value, count in enumerate(_ways(first - 1, second)):
        ways[value + second] += count
    for value, count in enumerate(_ways(first, second - 1)):
        ways[value] += count
    return tuple(ways)


def _normal_tail(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def probability(before: Sequence[float], after: Sequence[float]) -> float:
    """Two-sided probability of a difference in ranks as large as this, if both samples came from one distribution. 1 where one is empty."""
    first, second = len(before), len(after)
    if not first or not second:
        return 1.0
    larger = sum((late > early) + 0.5 * (late == early) for early in before for late in after)
    ties = [count for count in Counter((*before, *after)).values() if count > 1]
    if not ties and max(first, second) <= _EXACT:
        ways = _ways(first, second)
        tail = sum(ways[: int(min(larger, first * second - larger)) + 1])
        return min(1.0, 2 * tail / math.comb(first + second, first))
    total = first + second
    tied = sum(count**3 - count for count in ties) / (total * (total - 1))
    variance = first * second / 12 * (total + 1 - tied)
    if variance <= 0:
        return 1.0
    distance = max(0.0, abs(larger - first * second / 2) - 0.5)
    return _normal_tail(distance / math.sqrt(variance))


def _bound(first: int, second: int) -> int:
    """How many of the ordered ratios lie outside the 95 % interval on each side."""
    if max(first, second) <= _EXACT:
        ways, most, seen, rank = _ways(first, second), 0.025 * math.comb(first + second, first), 0, 0
        for count in ways:
            seen += count
            if seen > most:
                break
            rank += 1
        return rank
    spread = math.sqrt(first * second * (first + second + 1) / 12)
    return max(0, math.floor(first * second / 2 - _NORMAL_95 * spread))


def factor(before: Sequence[float], after: Sequence[float]) -> Factor:
    """By what factor `after` is larger than `before`; both hold positive numbers. Raises ValueError for an empty sample or one with others."""
    if not before or not after or min(*before, *after) <= 0:
        raise ValueError("two samples of positive numbers are wanted")
    ratios = sorted(late / early for early in before for late in after)
    middle = len(ratios) // 2
    ratio = ratios[middle] if len(ratios) % 2 else math.sqrt(ratios[middle - 1] * ratios[middle])
    outside = min(_bound(len(before), len(after)), (len(ratios) - 1) // 2)
    return Factor(ratio, ratios[outside], ratios[-1 - outside], probability(before, after))
