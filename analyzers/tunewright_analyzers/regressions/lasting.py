"""How many sessions stayed: what nearly all of half an hour reached, now and about the same time on the days before. Pure maths, of sessions.py.

A burst of twenty minutes is over before somebody has read of it; a batch that waits for locks every night is no news.
"""

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.regressions.robust import Floats

HALF_HOUR, SPARED = 6, 1
"""Buckets; and how many of them may be lower."""
NEAR, DAY = 24, 288
"""Buckets: two hours, a day."""
DAYS, RANK = 7, 3


def lasting(averages: Floats) -> Floats:
    """Along time: what all but one of the half hour up to each bucket reached; 0 where too little was observed."""
    known = np.nan_to_num(averages)
    found: Floats = np.zeros(known.shape)
    if len(known) >= HALF_HOUR:
        windows = np.lib.stride_tricks.sliding_window_view(known, HALF_HOUR)
        found[HALF_HOUR - 1 :] = np.sort(windows, axis=1)[:, SPARED]
    return found


def since(averages: Floats, begin: int) -> float:
    """The most that lasted of what began at a bucket."""
    return float(lasting(averages[begin:]).max(initial=0.0))


def habit(averages: Floats, begin: int) -> float:
    """What lasted within two hours of that time of day on three of the seven days before (fewer are kept: of those)."""
    stayed = lasting(averages)
    days = [_around(stayed, begin - day * DAY) for day in range(1, DAYS + 1)]
    known = sorted((float(one.max()) for one in days if len(one)), reverse=True)
    return known[RANK - 1] if len(known) >= RANK else 0.0


def _around(stayed: Floats, bucket: int) -> NDArray[np.float64]:
    """The half hours that lie within two hours of a bucket."""
    first, last = bucket - NEAR + HALF_HOUR, bucket + NEAR + HALF_HOUR
    return stayed[max(0, first) : max(0, last)]
