"""Which lines are open at the end of the day that is judged, and what is to be remembered of each. In come Residuals and what the judgement
before remembered; called by judge.py for statements and by sessions.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.regressions.detection import Detected, detect
from tunewright_analyzers.regressions.residuals import Residuals
from tunewright_analyzers.regressions.robust import Floats, mann_whitney
from tunewright_analyzers.regressions.series import BUCKET_SECONDS, FINE
from tunewright_analyzers.regressions.spells import DAY, HOUR, NEVER

LEAST_RANKED = 5
"""Observations on each side that ranks are compared of."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of some lines: where they are now, and what was held before."""

    compared: Residuals
    before: Mapping[Line, Held]

    def open(self) -> Iterator[tuple[int, Held]]:
        """The lines (by their place among the residuals) that are open now."""
        found = detect(self.compared, self._opened())
        for line in np.flatnonzero(found.spells.is_open[:, -1]).tolist():
            yield line, self._held(line, found)

    def _opened(self) -> NDArray[np.int64]:
        """The buckets in which held lines opened."""
        helds = (self.before.get(key) for key in self.compared.keys)
        return np.array([NEVER if one is None else FINE - self.back(one.opened) for one in helds], np.int64)

    def _held(self, line: int, found: Detected) -> Held:
        """What is to be remembered of a line that is open; a shift keeps its begin, its limit and its highest score."""
        opened, since = int(found.spells.opened[line]), int(found.spells.since[line])
        level = _level(self.compared.usual[line])
        score = float(found.score[line, max(0, opened) :].max())
        p_value = _ranked(self.compared.values[line, -DAY:], since - (FINE - DAY))
        before = self.before.get(self.compared.keys[line])
        if before is not None and opened == FINE - self.back(before.opened):
            least = _least(p_value, before.p_value)
            return Held(
                before.since, before.opened, level, max(before.score, score), before.limit, least, before.peak_ratio
            )
        score = max(score, float(found.sigmas[line, opened]))  # that of a wild bucket counts too
        return Held(self._time(since), self._time(opened), level, score, float(found.limit[line, opened]), p_value)

    def _time(self, column: int) -> datetime:
        return datetime.fromtimestamp((self.compared.begin + max(0, column)) * BUCKET_SECONDS, UTC)

    def back(self, at: datetime) -> int:
        """How many buckets before the end a time lies."""
        return max(0, self.compared.end - int(at.timestamp()) // BUCKET_SECONDS)


def _ranked(residual: Floats, since: int) -> float | None:
    """The chance that the residuals since a column are no greater than before; None where either side has too few."""
    if since < 0:
        return None
    before, after = residual[:since], residual[since:]
    few = min((~np.isnan(before)).sum(), (~np.isnan(after)).sum()) < LEAST_RANKED
    return None if few else mann_whitney(before, after)


def _least(now: float | None, before: float | None) -> float | None:
    """What once was proved stays so when the shift goes."""
    known = [one for one in (now, before) if one is not None]
    return min(known, default=None)


def _level(usual: Floats) -> float:
    """What is usual over the last hour (of what is known of it)."""
    known = usual[-HOUR:][~np.isnan(usual[-HOUR:])]
    return float(known.mean()) if len(known) else float(usual[~np.isnan(usual)][-1])
