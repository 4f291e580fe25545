"""Which of many things get a series of their own: the top K, sticky, and a bucket for the rest whose rate stays true.

A plain LIMIT makes series come and go with every scrape. Here a thing enters as soon as it is among the top K, and leaves after it
has been outside for STAY; beyond twice K those that have been outside longest leave at once.
"""

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tunewright_agent.metrics.tally import increase

KeyT = TypeVar("KeyT", bound=Hashable)
STAY = timedelta(hours=1)


class Members(Generic[KeyT]):
    """The things that have a series now."""

    def __init__(self, most: int, stay: timedelta = STAY) -> None:
        self._most = most
        self._stay = stay
        self._last_in: dict[KeyT, datetime] = {}

    def update(self, ranks: Mapping[KeyT, float], now: datetime) -> frozenset[KeyT]:
        """Members after these ranks (greater is higher; 0 never enters). What no longer exists leaves at once."""
        top = sorted((key for key in ranks if ranks[key] > 0), key=lambda key: (-ranks[key], str(key)))[: self._most]
        kept = {key: at for key, at in self._last_in.items() if key in ranks and now - at < self._stay}
        kept |= dict.fromkeys(top, now)
        if len(kept) > 2 * self._most:
            newest = sorted(kept, key=lambda key: (kept[key], ranks[key]), reverse=True)[: 2 * self._most]
            kept = {key: kept[key] for key in newest}
        self._last_in = kept
        return frozenset(kept)


class Flow(Generic[KeyT]):
    """One cumulative counter of many things: members by themselves, the rest added up in `other`, which never falls.

    `other` is a counter of its own: the increase of everything that was not a member at both of the latest two scrapes. So the sum of all rates
    is the rate of the whole, although members come and go (the sum of the levels is not the level of the whole). It begins at 0: after our own
    restart it would otherwise begin at another level than it had, and Prometheus would take all of that for an increase.
    """

    def __init__(self, most: int, stay: timedelta = STAY) -> None:
        self._members: Members[KeyT] = Members(most, stay)
        self._before: dict[KeyT, float] | None = None
        self._shown: frozenset[KeyT] = frozenset()
        self._other = 0.0

    def update(
        self, values: Mapping[KeyT, float], ranks: Mapping[KeyT, float], now: datetime
    ) -> tuple[dict[KeyT, float], float]:
        """(members' values, other). `ranks` says what is large now (increases over the window), `values` are cumulative."""
        shown = self._members.update({key: ranks.get(key, 0.0) for key in values}, now)
        if self._before is not None:
            seen = self._shown & shown  # who enters or leaves now was not seen over this interval: it goes to the rest
            self._other += sum(
                increase(self._before.get(key, 0.0), value) for key, value in values.items() if key not in seen
            )
        self._before, self._shown = dict(values), shown
        return {key: values[key] for key in shown}, self._other
