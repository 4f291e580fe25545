"""Bounds what we cost the servers: lengthens the intervals of the sources that cost most. Pure: facts in, factors out.

What counts. The share of a source is the time its statements took on the server (pg_stat_statements: execution and planning) divided
by wall time; 1 is one core busy all the time. The budget holds for the sum of the shares (default 0.5 %).

    within -> over       the sum passes the budget in OVER windows running: double the costliest sources until the rest fits
    over   -> within     the sum stays under half the budget for CALM windows: halve one factor, if the result still fits
    any                  a source that takes more than BUSY of its interval: double it, once for each pass seen

Invariants: a factor is a power of two between 1 and MOST; a decision doubles a source at most once; evidence is used once (a doubled
source is believed to cost half until it is seen again). A source that runs every hour shows its whole cost in one window and nothing in the
next fifty: its cost is spread over the windows since it was seen before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BUDGET = 0.005
MOST = 64.0
BUSY = 0.2
OVER = 3
CALM = 10
HEADROOM = 0.75
"""A factor is only taken back where the projected sum stays under this part of the budget: no swinging."""


@dataclass(frozen=True, slots=True)
class Account:
    """One source: its factor, the cost seen last (share of one window), the windows it stands for, and the windows since."""

    factor: float = 1.0
    cost: float = 0.0
    gap: float = 1.0
    since: int = 0
    busy_seen: float = 0.0
    """The share of its interval that was last acted on or seen: the same figure again is the same pass."""

    @property
    def share(self) -> float:
        """Its cost spread over time."""
        return self.cost / max(self.gap, float(self.since), 1.0)

    def doubled(self) -> "Account":
        """With twice the interval, and half the cost to be expected."""
        return self if self.factor >= MOST else replace(self, factor=self.factor * 2, gap=self.gap * 2)

    def halved(self) -> "Account":
        """With half the interval, and twice the cost to be expected."""
        return self if self.factor <= 1 else replace(self, factor=self.factor / 2, cost=self.cost * 2)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All sources of one server, and for how many windows running they cost too much, or little."""

    sources: Mapping[str, Account] = field(default_factory=dict)
    over: int = 0
    calm: int = 0

    @property
    def share(self) -> float:
        """What all of them cost: seconds on the server per second."""
        return sum(account.share for account in self.sources.values())

    @property
    def factors(self) -> dict[str, float]:
        """By source."""
        return {name: account.factor for name, account in self.sources.items()}


def _booked(account: Account, cost: float) -> Account:
    """One more window, in which the source cost so much (0: it did not run, or cost nothing)."""
    since = account.since + 1
    return replace(account, cost=cost, gap=float(since), since=0) if cost > 0 else replace(account, since=since)


def _restrained(accounts: dict[str, Account], budget: float) -> dict[str, Account]:
    """Double the costliest until the sum fits, each at most once."""
    total = sum(account.share for account in accounts.values())
    for name in sorted(accounts, key=lambda one: (-accounts[one].share, one)):
        if total <= budget:
            break
        doubled = accounts[name].doubled()
        total -= accounts[name].share - doubled.share
        accounts[name] = doubled
    return accounts


def _released(accounts: dict[str, Account], busy: Mapping[str, float], budget: float) -> dict[str, Account]:
    """Halve the greatest factor that may be halved."""
    total = sum(account.share for account in accounts.values())
    for name in sorted(accounts, key=lambda one: (-accounts[one].factor, one)):
        account = accounts[name]
        projected = total + account.halved().share - account.share
        if account.factor > 1 and projected <= HEADROOM * budget and 2 * busy.get(name, 0.0) <= BUSY:
            return {**accounts, name: account.halved()}
    return accounts


def decide(before: Accounts, share: Mapping[str, float], busy: Mapping[str, float], budget: float = BUDGET) -> Accounts:
    """The accounts after one more window.

    `share` is what each source cost in this window (seconds on the server per second), `busy` the part of its interval that the
    latest pass of each source took. Sources in either are known from then on.
    """
    names = sorted({*before.sources, *share, *busy})
    accounts = {name: _booked(before.sources.get(name, Account()), share.get(name, 0.0)) for name in names}
    for name, part in busy.items():
        account = accounts[name]
        if part > BUSY and part != account.busy_seen:
            account = account.doubled()
        accounts[name] = replace(account, busy_seen=part)
    total = sum(account.share for account in accounts.values())
    over = before.over + 1 if total > budget else 0
    calm = before.calm + 1 if total < budget / 2 else 0
    if over >= OVER:
        return Accounts(_restrained(accounts, budget))
    if calm >= CALM:
        return Accounts(_released(accounts, busy, budget))
    return Accounts(accounts, over, calm)


class Governor:
    """Keeps the Accounts of one server between windows; used by one thread. `accounts` says why an interval is what it is."""

    def __init__(self, budget: float = BUDGET) -> None:
        self._budget = budget
        self.accounts = Accounts()

    def decide(self, share: dict[str, float], busy: dict[str, float]) -> dict[str, float]:
        """Factors by source (1: its own interval). As the function `decide`."""
        self.accounts = decide(self.accounts, share, busy, self._budget)
        return self.accounts.factors
