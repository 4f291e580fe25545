"""The points of one section that a pass has not read yet: what is new at once, what is old newest first and a batch at a time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

AT_ONCE = 50
"""Points of one query."""


@dataclass(slots=True)
class Reading:
    """`ends` tells when points end, within (after, upto], newest first; `read` takes some of them."""

    ends: Callable[[float, float], tuple[float, ...]]
    read: Callable[[Collection[float]], None]
    back_seconds: float
    """How far back it begins."""
    _newest: float = field(init=False, default=0.0)
    _waiting: list[float] = field(init=False, default_factory=list)
    """Ends of the points that are still to be read, oldest first."""

    def advance(self, at: float, has_time: Callable[[], bool]) -> bool:
        """Read while there is time; whether all up to `at` is read. Raises what `ends` and `read` raise."""
        new = self.ends(self._newest or at - self.back_seconds, at)
        if new:
            self._newest = new[0]
            self._waiting += reversed(new)
        while self._waiting and has_time():
            batch = self._waiting[-AT_ONCE:]
            self.read(batch)
            del self._waiting[-len(batch) :]
        return not self._waiting
