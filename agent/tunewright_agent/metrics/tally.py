"""Counters of rows, added up by key, that never fall because a row left. Used by the per-statement series.

A plain sum over the rows that the server holds now falls when the server throws one of them out, and Prometheus takes every fall for a
restart from 0: it would count all that is left as new. Here what a row has counted stays in its key's sum until the key's last row is gone.
"""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

RowT = TypeVar("RowT", bound=Hashable)
KeyT = TypeVar("KeyT", bound=Hashable)


def increase(before: float, after: float) -> float:
    """What a counter counted between two readings. One that fell was reset: it counted `after` since."""
    return after - before if after >= before else after


class Tally(Generic[RowT, KeyT]):
    """One counter. The first update gives the plain sums, so that the agent's own restart moves no series."""

    def __init__(self) -> None:
        self._before: dict[tuple[RowT, KeyT], float] = {}
        self._sums: dict[KeyT, float] = {}

    def restart(self) -> None:
        """The server's statistics were reset as a whole: the sums begin with what they hold now, as the server's do."""
        self._before, self._sums = {}, {}

    def update(self, rows: Mapping[tuple[RowT, KeyT], float]) -> dict[KeyT, float]:
        """The sums by key after these readings; a key without a row has none."""
        sums: dict[KeyT, float] = {}
        for (row, key), value in rows.items():
            known = sums[key] if key in sums else self._sums.get(key, 0.0)
            sums[key] = known + increase(self._before.get((row, key), 0.0), value)
        self._before, self._sums = dict(rows), sums
        return dict(sums)
