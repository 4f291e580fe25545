"""The outbox: what stands, what was told, and the messages on their way, in one file that survives kill -9.

    waiting --claimed--> sending --taken by the receiver--> sent
       ^                    |--it failed, try again------> waiting (due later)
       |                    |--tried for a day-----------> given_up
       `--the daemon ended in between: doubtful, sent again under the same key

Invariants: an alert is told, and its message made, in one transaction: neither without the other; a message's key is unique; of one
thread only the oldest message that is not yet sent is claimed (a resolution never overtakes); only the owner of the file claims.
What a receiver took in the moment of a kill is sent again with the same key: receivers that know keys drop it (docs/decisions/0016).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, Connection, delete, func, select, true

from tunewright_agent.history import outbox_schema as schema
from tunewright_agent.history.codec import SnapshotError, dump, load
from tunewright_agent.history.database import Mode
from tunewright_agent.history.leases import Leases
from tunewright_agent.history.place import Store, database_at
from tunewright_agent.history.silences import kept_in
from tunewright_agent.history.stores.upsert import insert
from tunewright_alerts.message import Alert, Event, Message
from tunewright_alerts.routing import GroupKey, Plan, Planned, Route, Told, plan

_log = structlog.get_logger("outbox")
WAITING, SENDING, SENT, GIVEN_UP = "waiting", "sending", "sent", "given_up"
STATES = (WAITING, SENDING, SENT, GIVEN_UP)
KEPT_SECONDS = 7 * 86400.0
"""How long messages that ended, and silences, are kept to be looked at."""
RENEW_SECONDS = 60.0
"""How often the words of an alert that goes on are renewed."""
LATELY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Observed:
    """What one lane saw of one instance: the alerts, and whether the check of another alert could look (`looked`)."""

    lane: str
    cluster: str
    instance: str
    at: datetime
    alerts: tuple[Alert, ...]
    looked: Callable[[Alert], bool]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to be sent now. `doubtful`: it may have been sent before, the daemon ended before it knew."""

    id: int
    message: Message
    attempts: int
    made_at: datetime
    doubtful: bool
    cluster: str = ""


def outbox_path(history: Path) -> Path:
    """Beside the history: `tunewright.outbox.db` of `tunewright.db`."""
    return history.with_name(f"{history.stem}.outbox.db")


def outbox_store(history: Store) -> Store:
    """Beside a file; in the same database where several agents share one."""
    return outbox_path(history) if isinstance(history, Path) else history


def _by_cluster(route: Route) -> Route:
    """Where agents share the outbox no group spans two clusters (they may be in different hands), and its name begins with its cluster."""
    return replace(route, group_by=("cluster", *(one for one in route.group_by if one != "cluster")))


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Outbox:
    """One outbox. Every method raises HistoryError where it cannot be used.

    With `leases` several agents share it: each notes, tells and sends only for the clusters that it holds, and no message speaks of two.
    """

    def __init__(self, store: Store, mode: Mode = Mode.OWN, leases: Leases | None = None) -> None:
        self.database = database_at(store, mode, schema.metadata)
        self._leases = leases

    @property
    def shared(self) -> bool:
        """Whether other agents ask it too."""
        return self._leases is not None

    def open(self) -> None:
        """Open it; as its only owner, take back what was being sent when the last owner ended."""
        self.database.open()
        if self.database.mode is Mode.OWN and self._leases is None:
            table = schema.messages
            with self.database.transaction() as connection:
                again = table.update().where(table.c.state == SENDING).values(state=WAITING, reason="doubtful")
                connection.execute(again)

    def close(self) -> None:
        """Close it."""
        self.database.close()

    def take_over(self, cluster: str, channels: frozenset[str], at: datetime) -> None:
        """A cluster is ours now: what its last agent was sending is doubtful; what goes to channels that we have not is given up."""
        table = schema.messages
        mine = table.update().where(table.c.cluster == cluster)
        with self._transaction(cluster) as connection:
            connection.execute(mine.where(table.c.state == SENDING).values(state=WAITING, reason="doubtful"))
            ended = {"state": GIVEN_UP, "reason": "the channel is no more", "ended_at": at.timestamp()}
            connection.execute(mine.where(table.c.state == WAITING, table.c.channel.not_in(channels)).values(**ended))
            told = schema.told
            connection.execute(delete(told).where(told.c.cluster == cluster, told.c.channel.not_in(channels)))

    @contextmanager
    def _transaction(self, *clusters: str) -> Iterator[Connection]:
        """A transaction that may write; where the outbox is shared, undone if another agent acts for one of the clusters."""
        with self.database.transaction() as connection:
            yield connection
            if self._leases is not None:
                for cluster in sorted(set(clusters)):
                    self._leases.confirm(connection, cluster)

    def _cluster_of(self, one: Planned) -> str:
        """The cluster that a group is about; "" where it may be about several."""
        return "" if self._leases is None else one.group.partition("\n")[0]

    def _of_ours(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether it is of a cluster for which we act; true where the outbox is ours alone."""
        return true() if self._leases is None else column.in_(sorted(self._leases.scope()))

    def may_send(self, claimed: Claimed) -> bool:
        """Whether no other agent can be sending it: asked last before it leaves, by our own clock."""
        return self._leases is None or self._leases.is_valid(claimed.cluster)

    def observe(self, seen: Observed, settle_seconds: float) -> None:
        """Note what stands; what is gone, and stays gone for `settle_seconds`, no longer stands."""
        if not seen.alerts and not self._standing_of(seen):
            return  # nothing to write, most of the time
        with self._transaction(seen.cluster) as connection:
            known = self._rows_of(connection, seen)
            for alert in seen.alerts:
                self._note(connection, seen, alert, known.get(alert.key))
            found = {alert.key for alert in seen.alerts}
            for key, (alert, _, missing_since) in known.items():
                if key not in found and seen.looked(alert):
                    self._miss(connection, key, missing_since, seen.at, settle_seconds)

    def _standing_of(self, seen: Observed) -> bool:
        with self.database.reading() as connection:
            return bool(self._rows_of(connection, seen))

    @staticmethod
    def _rows_of(connection: Connection, seen: Observed) -> dict[str, tuple[Alert, float, float | None]]:
        table = schema.alerts
        mine = (table.c.lane == seen.lane, table.c.cluster == seen.cluster, table.c.instance == seen.instance)
        rows = connection.execute(select(table).where(*mine)).all()
        return {row.key: (load(Alert, row.payload), row.updated_at, row.missing_since) for row in rows}

    @staticmethod
    def _note(
        connection: Connection, seen: Observed, alert: Alert, known: tuple[Alert, float, float | None] | None
    ) -> None:
        now = seen.at.timestamp()
        if known is not None:
            before, updated, missing = known
            if missing is None and before.severity is alert.severity and now - updated < RENEW_SECONDS:
                return
            alert = replace(alert, opened_at=before.opened_at)
        values = {
            "lane": seen.lane,
            "severity": alert.severity.value,
            "updated_at": now,
            "missing_since": None,
            "payload": dump(Alert, alert),
        }
        statement = insert(connection, schema.alerts).values(
            key=alert.key, cluster=seen.cluster, instance=seen.instance, **values
        )
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))

    @staticmethod
    def _miss(connection: Connection, key: str, since: float | None, at: datetime, settle_seconds: float) -> None:
        table, now = schema.alerts, at.timestamp()
        mine = table.c.key == key
        if (since is None and settle_seconds > 0) or (since is not None and since > now):  # the clock went back
            connection.execute(table.update().where(mine).values(missing_since=now))
        elif since is None or now - since >= settle_seconds:
            connection.execute(delete(table).where(mine))

    def standing(self) -> tuple[Alert, ...]:
        """All alerts that stand, by key."""
        table = schema.alerts
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.payload).order_by(table.c.key)).scalars()
            return tuple(load(Alert, payload) for payload in rows)

    def forget(self, clusters: frozenset[str], channels: frozenset[str], at: datetime) -> None:
        """Of clusters that are watched no more nothing stands; of channels that are no more nothing is sent."""
        if self._leases is not None:
            return  # others' clusters and channels are none of our business; `take_over` forgets channels
        alerts, messages = schema.alerts, schema.messages
        with self.database.transaction() as connection:
            connection.execute(delete(alerts).where(alerts.c.cluster.not_in(clusters)))
            orphans = messages.update().where(messages.c.channel.not_in(channels), messages.c.state == WAITING)
            ended = {"state": GIVEN_UP, "reason": "the channel is no more", "ended_at": at.timestamp()}
            connection.execute(orphans.values(**ended))
            connection.execute(delete(schema.told).where(schema.told.c.channel.not_in(channels)))

    def plan(self, how: Plan, at: datetime) -> int:
        """Make the messages that are due to be told; the answer is their number."""
        if self._leases is not None:
            how = replace(how, routes=tuple(_by_cluster(one) for one in how.routes))
        with self.database.reading() as connection:
            first = self._planned(connection, how, at)
            if not first:
                return 0
        with self._transaction(*(self._cluster_of(one) for one in first)) as connection:
            known = {(one.channel, one.group) for one in first}
            planned = [one for one in self._planned(connection, how, at) if (one.channel, one.group) in known]
            for one in planned:
                self._tell(connection, one, at)
        return sum(one.message is not None for one in planned)

    def _planned(self, connection: Connection, how: Plan, at: datetime) -> tuple[Planned, ...]:
        alerts = schema.alerts
        rows = connection.execute(select(alerts.c.payload).where(self._of_ours(alerts.c.cluster))).scalars()
        standing = {alert.key: alert for alert in (load(Alert, payload) for payload in rows)}
        told = self._told(connection)
        if not standing and not any(one.alerts for one in told.values()):
            return ()
        table = schema.messages
        late = table.c.made_at > at.timestamp() - LATELY_SECONDS
        recent = select(table.c.channel, table.c.made_at).where(late, self._of_ours(table.c.cluster))
        lately: dict[str, list[datetime]] = {}
        for row in connection.execute(recent):
            lately.setdefault(row.channel, []).append(_at(row.made_at))
        times = {channel: tuple(values) for channel, values in lately.items()}
        return plan(how, standing, told, kept_in(connection), times, at)

    def _told(self, connection: Connection) -> dict[GroupKey, Told]:
        found: dict[GroupKey, Told] = {}
        for row in connection.execute(select(schema.told).where(self._of_ours(schema.told.c.cluster))):
            known: Mapping[str, Alert] = load(dict[str, Alert], row.payload)
            found[(row.channel, row.group)] = Told(known, None if row.at is None else _at(row.at), row.number)
        return found

    def _tell(self, connection: Connection, one: Planned, at: datetime) -> None:
        values = {
            "number": one.told.number,
            "at": None if one.told.at is None else one.told.at.timestamp(),
            "payload": dump(dict[str, Alert], dict(one.told.alerts)),
            "cluster": self._cluster_of(one),
        }
        statement = insert(connection, schema.told).values(channel=one.channel, group=one.group, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["channel", "group"], set_=values))
        if one.message is not None:
            self._put(connection, one.channel, one.message, at, self._cluster_of(one))

    @staticmethod
    def _put(connection: Connection, channel: str, message: Message, at: datetime, cluster: str) -> None:
        now = at.timestamp()
        connection.execute(
            insert(connection, schema.messages).values(
                key=message.key,
                channel=channel,
                thread=message.thread,
                event=message.event.value,
                state=WAITING,
                attempts=0,
                made_at=now,
                due_at=now,
                payload=dump(Message, message),
                cluster=cluster,
            )
        )

    def claim(self, channel: str, at: datetime) -> Claimed | None:
        """The next message of that channel that is due, now `sending`; the oldest of its thread. None where there is none."""
        table = schema.messages
        mine = (table.c.channel == channel, table.c.state == WAITING, self._of_ours(table.c.cluster))
        with self.database.reading() as connection:
            if not connection.execute(select(table.c.id).where(*mine, table.c.due_at <= at.timestamp()).limit(1)).first():  # fmt: skip
                return None
        with self.database.transaction() as connection:
            first = select(func.min(table.c.id)).where(*mine).group_by(table.c.thread)
            wanted = select(table).where(table.c.id.in_(first), table.c.due_at <= at.timestamp()).order_by(table.c.id)
            row = connection.execute(wanted.limit(1)).first()
            if row is None:
                return None
            here = table.update().where(table.c.id == row.id)
            connection.execute(here.values(state=SENDING, attempts=row.attempts + 1, reason=None))
            try:
                message = load(Message, row.payload)
            except SnapshotError:
                connection.execute(here.values(state=GIVEN_UP, reason="unreadable", ended_at=at.timestamp()))
                return None
            if self._leases is not None:
                self._leases.confirm(connection, row.cluster)
        return Claimed(row.id, message, row.attempts + 1, _at(row.made_at), row.reason == "doubtful", row.cluster)

    def sent(self, claimed: Claimed, at: datetime) -> None:
        """The receiver took it."""
        self._ended(claimed, SENT, None, at)

    def give_up(self, claimed: Claimed, reason: str, at: datetime) -> None:
        """It is tried no more."""
        self._ended(claimed, GIVEN_UP, reason, at)

    def _ended(self, claimed: Claimed, state: str, reason: str | None, at: datetime) -> None:
        table = schema.messages
        with self._transaction(claimed.cluster) as connection:
            mine = table.update().where(table.c.id == claimed.id)
            connection.execute(mine.values(state=state, reason=reason, ended_at=at.timestamp()))

    def again(self, claimed: Claimed, reason: str, due_at: datetime) -> None:
        """It failed; it is due again then."""
        table = schema.messages
        with self._transaction(claimed.cluster) as connection:
            mine = table.update().where(table.c.id == claimed.id)
            connection.execute(mine.values(state=WAITING, reason=reason, due_at=due_at.timestamp()))

    def counts(self) -> dict[tuple[str, str], int]:
        """Messages by (channel, state), of those that are kept."""
        table = schema.messages
        counted = select(table.c.channel, table.c.state, func.count()).where(self._of_ours(table.c.cluster))
        wanted = counted.group_by(table.c.channel, table.c.state)
        with self.database.reading() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(wanted)}

    def waiting_since(self) -> dict[str, datetime]:
        """When the oldest message of each channel that is not yet sent was made."""
        table = schema.messages
        unsent = table.c.state.in_((WAITING, SENDING))
        wanted = (
            select(table.c.channel, func.min(table.c.made_at))
            .where(unsent, self._of_ours(table.c.cluster))
            .group_by(table.c.channel)
        )
        with self.database.reading() as connection:
            return {row[0]: _at(row[1]) for row in connection.execute(wanted)}

    def prune(self, at: datetime) -> None:
        """Drop what ended long ago."""
        old = at.timestamp() - KEPT_SECONDS
        with self.database.transaction() as connection:
            connection.execute(delete(schema.messages).where(schema.messages.c.ended_at < old))
            connection.execute(delete(schema.silences).where(schema.silences.c.ends < old))

    def events(self) -> tuple[tuple[str, Event, str], ...]:
        """(channel, event, state) of every kept message, oldest first."""
        table = schema.messages
        with self.database.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.id)).all()
        return tuple((row.channel, Event(row.event), row.state) for row in rows)
