"""Leases: which of several agents that share a store acts for a cluster. One row a cluster; the store's clock and transactions decide.

    free --claimed--> held --renewed in time--> held
      ^                |--let go (a stop, or given to an agent that has room)--> free
      `----------------`--not renewed in time (killed, paused, cut off)--> free, for others; still held where nobody came

Where several agents want the same cluster, shares.py says who claims it and who gives it away: each holds about its share.

Every claim raises the row's token. A writing transaction of a holder ends with `confirm`: it reads its token with a lock that a claim must
wait for, and rolls back where another has claimed since: whoever was paused writes nothing more, whatever his clock says.
`is_valid` is for what no transaction can hold back (a message that is about to be sent): it asks our monotonic clock alone, which runs on
while the process is stopped, and counts from before the renewal was asked for.

Invariants: at any time one holder a cluster in the store; a token is never used twice; what is let go is free at once.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from tunewright_agent.history import presence, schema
from tunewright_agent.history.database import Database, HistoryError, Mode
from tunewright_agent.history.retention import Retention
from tunewright_agent.history.shares import Agent, Waits, claimable, share, surplus
from tunewright_agent.history.stores.clock import store_time
from tunewright_agent.history.stores.upsert import insert

LET_GO = 0.0
"""`expires` of a lease that its holder gave back is not above it: minus the time when that was."""
NOT_A_CLUSTER = "*"
"""What the name of a lease begins with that is about no cluster; it counts in no share."""


def _clusters(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in names if not name.startswith(NOT_A_CLUSTER))


class Fenced(HistoryError):
    """Another agent acts for the cluster now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What we hold. `since` is the store's time, `until` our monotonic clock's."""

    token: int
    since: datetime
    until: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What one look at the store changed."""

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    """Those that we gave away, to an agent that holds less than its share."""


@dataclass(slots=True)
class Leases:
    """The leases of one agent, on an open store. `holder` is unique to this run of this process."""

    database: Database
    holder: str
    seconds: float
    monotonic: Callable[[], float] = time.monotonic
    settled_leases: float = 4.0
    """How many leases long an agent must have been there before clusters are given to it."""
    takeovers: dict[str, int] = field(init=False, default_factory=dict)
    """How often each cluster was taken over from an agent that had not let it go, since the start."""
    _held: dict[str, Lease] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def held(self) -> dict[str, Lease]:
        """What we hold as far as we know: also what could not be renewed, until somebody else has it."""
        with self._lock:
            return dict(self._held)

    def is_valid(self, cluster: str) -> bool:
        """Whether nobody else can hold it at this moment."""
        with self._lock:
            lease = self._held.get(cluster)
        return lease is not None and self.monotonic() < lease.until

    def scope(self) -> frozenset[str]:
        """The clusters for which `is_valid`."""
        now = self.monotonic()
        with self._lock:
            return frozenset(cluster for cluster, lease in self._held.items() if now < lease.until)

    @property
    def waits(self) -> Waits:
        """A third of a lease is two looks of who stands by."""
        return Waits(self.seconds / 3, self.seconds * self.settled_leases)

    def keep(self, wanted: frozenset[str]) -> Kept:
        """Renew what we hold, let go what is no longer wanted or above our share, claim what is free of the rest. Raises HistoryError."""
        begun, before = self.monotonic(), self.held()
        with self.database.transaction() as connection:
            now = float(connection.scalar(select(store_time(connection))) or 0.0)
            agents = self._present(connection, wanted, now)
            given = self._surplus(connection, agents, frozenset(before) & wanted, now)
            renewed = self._renew(connection, frozenset(before), wanted - given, now)
            claimed = self._claim(connection, agents, wanted - given, renewed, now)
        until = begun + self.seconds
        with self._lock:
            self._held = {
                name: Lease(before[name].token, before[name].since, until) for name in before if name in renewed
            }
            for name, (token, taken) in claimed.items():
                self._held[name] = Lease(token, datetime.fromtimestamp(now, UTC), until)
                self.takeovers[name] = self.takeovers.get(name, 0) + taken
        gone = frozenset(before) - renewed
        return Kept(tuple(claimed), tuple(sorted(gone - given)), tuple(sorted(gone & given)))

    def _present(self, connection: Connection, wanted: frozenset[str], now: float) -> tuple[Agent, ...]:
        presence.renew(connection, self.holder, _clusters(wanted), now, now + self.seconds)
        return presence.living(connection, now)

    def _surplus(
        self, connection: Connection, agents: tuple[Agent, ...], ours: frozenset[str], now: float
    ) -> frozenset[str]:
        me, mine, table = self._me(agents), _clusters(ours), schema.leases
        if len(agents) < 2 or len(mine) <= share(me, agents):
            return frozenset()
        living = select(table.c.cluster, table.c.holder).where(table.c.expires > now)
        rows = connection.execute(living).all()
        held = Counter(row.holder for row in rows if not row.cluster.startswith(NOT_A_CLUSTER))
        return surplus(me, agents, mine, held, now, self.waits)

    def _me(self, agents: tuple[Agent, ...]) -> Agent:
        return next(one for one in agents if one.holder == self.holder)

    def _renew(
        self, connection: Connection, held: frozenset[str], wanted: frozenset[str], now: float
    ) -> frozenset[str]:
        table, mine = schema.leases, schema.leases.c.holder == self.holder
        if not held:
            return frozenset()
        rows = connection.execute(select(table.c.cluster).where(mine).order_by(table.c.cluster).with_for_update())
        ours = frozenset(rows.scalars()) & held
        if gone := ours - wanted:
            connection.execute(update(table).where(mine, table.c.cluster.in_(gone)).values(expires=-now))
        if kept := ours & wanted:
            connection.execute(update(table).where(mine, table.c.cluster.in_(kept)).values(expires=now + self.seconds))
        return kept

    def _claim(
        self,
        connection: Connection,
        agents: tuple[Agent, ...],
        wanted: frozenset[str],
        renewed: frozenset[str],
        now: float,
    ) -> dict[str, tuple[int, bool]]:
        """(token, whether it was taken from another) by cluster, of those that nobody holds. In order, so that two agents do not cross."""
        if wanted <= renewed:
            return {}
        table = schema.leases
        rows = connection.execute(select(table).where(table.c.cluster.in_(wanted - renewed))).all()
        known = {row.cluster: row for row in rows}
        free = {name: self._free_since(known.get(name), now) for name in wanted - renewed}
        found = {name: since for name, since in free.items() if since is not None}
        shared = {name: since for name, since in found.items() if not name.startswith(NOT_A_CLUSTER)}
        now_ours = claimable(self._me(agents), agents, shared, len(_clusters(renewed)), now, self.waits)
        claimed: dict[str, tuple[int, bool]] = {}
        for cluster in sorted({*now_ours, *(found.keys() - shared.keys())}):
            row = known.get(cluster)
            first = {"holder": self.holder, "since": now, "expires": now + self.seconds}
            statement = insert(connection, table).values(cluster=cluster, token=1, **first)
            still_free = or_(table.c.expires <= store_time(connection), table.c.holder == self.holder)
            statement = statement.on_conflict_do_update(
                index_elements=["cluster"], set_={**first, "token": table.c.token + 1}, where=still_free
            )
            token = connection.scalar(statement.returning(table.c.token))
            if token is not None:
                taken = row is not None and row.expires > LET_GO and row.holder != self.holder
                claimed[cluster] = (int(token), taken)
        return claimed

    def _free_since(self, row: Row[Any] | None, now: float) -> float | None:
        """By the store's clock; None where another holds it. What nobody ever held, and what is ours without our knowing, is so for ever."""
        if row is None or row.holder == self.holder:
            return 0.0
        return None if row.expires > now else float(abs(row.expires))

    def let_go(self) -> None:
        """Give everything back; others may claim it at once. Raises HistoryError."""
        table = schema.leases
        with self._lock:
            self._held = {}
        with self.database.transaction() as connection:
            now = float(connection.scalar(select(store_time(connection))) or 0.0)
            presence.end(connection, self.holder)
            connection.execute(update(table).where(table.c.holder == self.holder).values(expires=-now))

    def confirm(self, connection: Connection, cluster: str, token: int | None = None) -> None:
        """Last in a writing transaction: raises Fenced where another agent has claimed the cluster (since that token)."""
        table = schema.leases
        if token is None:
            lease = self.held().get(cluster)
            token = lease.token if lease is not None else None
        mine = (table.c.cluster == cluster, table.c.holder == self.holder, table.c.token == token)
        if token is None or connection.scalar(select(table.c.token).where(*mine).with_for_update(read=True)) is None:
            raise Fenced(f"{self.database.place}: another agent acts for {cluster} now")

    def guard(self, cluster: str) -> "Guarded":
        """The store for one that acts for a cluster under the lease of now. Raises Fenced where we hold none."""
        lease = self.held().get(cluster)
        if lease is None:
            raise Fenced(f"{self.database.place}: another agent acts for {cluster} now")
        return Guarded(self.database, self, cluster, lease.token)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A store whose writing transactions end with `confirm`. Opened and closed by its owner."""

    database: Database
    leases: Leases
    cluster: str
    token: int

    @property
    def mode(self) -> Mode:
        """As the store's."""
        return self.database.mode

    @property
    def place(self) -> str:
        """As the store's."""
        return self.database.place

    @property
    def shared(self) -> bool:
        """As the store's."""
        return self.database.shared

    @property
    def size_bytes(self) -> int:
        """As the store's."""
        return self.database.size_bytes

    def open(self) -> None:
        """Its owner does."""

    def close(self) -> None:
        """Its owner does."""

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """As the store's; rolled back, with Fenced, where another agent has claimed the cluster."""
        with self.database.transaction() as connection:
            yield connection
            self.leases.confirm(connection, self.cluster, self.token)

    def reading(self) -> AbstractContextManager[Connection]:
        """As the store's."""
        return self.database.reading()

    def upkeep(self) -> AbstractContextManager[bool]:
        """As the store's."""
        return self.database.upkeep()

    def prepare(self, now: float) -> None:
        """As the store's."""
        self.database.prepare(now)

    def drop_old(self, retention: Retention, now: float) -> None:
        """As the store's."""
        self.database.drop_old(retention, now)

    def bound(self, max_bytes: int) -> tuple[str, ...]:
        """As the store's."""
        return self.database.bound(max_bytes)

    def shrink(self) -> None:
        """As the store's."""
        self.database.shrink()
