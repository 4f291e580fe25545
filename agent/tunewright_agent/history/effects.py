"""Changes and their effects in the history: seen at a judgement, measured at their checkpoints, kept for good. Called by memory.

The catalogue of the judgement before is kept too, so that what changed while the daemon was down is seen when it is back, and dated
between the two. Changes and effects are only appended; the newest effect of a change is the one that counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection, inspect, or_, select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, dump, load
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.points import read_points
from tunewright_agent.history.resource_effects import factual_effects
from tunewright_agent.history.stores.upsert import insert
from tunewright_agent.history.texts import texts_of
from tunewright_analyzers.effects.concerned import names
from tunewright_analyzers.effects.factual import is_factual
from tunewright_analyzers.effects.hours import Hour, floor_hour
from tunewright_analyzers.effects.match import answers, concerns, moves_statements, undoes
from tunewright_analyzers.effects.measure import AFTER, BEFORE, Text, is_due, measure, unmeasured
from tunewright_analyzers.effects.observe import Catalogue, catalogue, joined, observed
from tunewright_analyzers.facts.effects import Change, Effect, Effects, Outcome
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.recommendation import Recommendation

StoredT = TypeVar("StoredT", Change, Effect)
_log = structlog.get_logger("effects")
SHOWN = timedelta(days=60)
"""How long a change is spoken of; one that still hurts for ever."""
MOST_CHANGES = 50
"""Of one reading: a restored dump or a new release of an application is not followed index by index."""
MOST_OTHERS = 100
"""Statements that a change does not concern, to compare with, of one point."""
LONGEST_POINT = timedelta(hours=1, minutes=30)
"""A point of more time (the daemon was down) belongs to no hour."""


Hourly = dict[StatementId, dict[datetime, Hour]]


@dataclass(slots=True)
class _Counted:
    """Counters by database, statement and hour, and the kinds of the statements."""

    hours: dict[str, Hourly] = field(default_factory=dict)
    kinds: dict[StatementId, str] = field(default_factory=dict)

    def add(self, section: Statements, wanted: set[StatementId]) -> None:
        """One point: the statements wanted, and in each database those of most time beside them."""
        at = floor_hour(section.period.start + section.period.length / 2)
        others: dict[str, int] = {}
        for row in sorted(
            (row for row in section.rows if not row.own and row.calls), key=lambda row: -row.exec_seconds
        ):
            database = row.key.database
            if row.id not in wanted:
                others[database] = others.get(database, 0) + 1
                if others[database] > MOST_OTHERS:
                    continue
            self.kinds[row.id] = row.kind
            by_hour = self.hours.setdefault(database, {}).setdefault(row.id, {})
            so_far = by_hour.get(at, Hour(0, 0.0))
            by_hour[at] = Hour(so_far.calls + row.calls, so_far.seconds + row.exec_seconds)

    def of(self, database: str | None) -> tuple[Hourly, dict[StatementId, str]]:
        """Of one database, or (None) of all together."""
        if database is not None:
            return self.hours.get(database, {}), self.kinds
        whole: Hourly = {}
        for by_statement in self.hours.values():
            for statement, by_hour in by_statement.items():
                mine = whole.setdefault(statement, {})
                for at, hour in by_hour.items():
                    so_far = mine.get(at, Hour(0, 0.0))
                    mine[at] = Hour(so_far.calls + hour.calls, so_far.seconds + hour.seconds)
        return whole, self.kinds


@dataclass(slots=True)
class Follower:
    """The changes of one instance."""

    database: Database
    cluster: ClusterId
    instance: InstanceId

    def observe(self, snapshot: Snapshot) -> tuple[Change, ...]:
        """Compare with the catalogue that was kept; keep the changes and the new one. Raises HistoryError."""
        now = catalogue(snapshot)
        with self.database.transaction() as connection:
            before = self._catalogue(connection)
            if before is not None and before.at >= now.at:
                return ()
            found = observed(self.cluster, before, now, snapshot) if before is not None else ()
            if len(found) > MOST_CHANGES:
                _log.warning("changes_not_followed", cluster=self.cluster, changes=len(found), most=MOST_CHANGES)
                found = found[:MOST_CHANGES]
            for one in found:
                self._put_change(connection, one)
            self._put_catalogue(connection, joined(before, now))
        known = self.changes()
        for one in found:
            Ledger(self.database).seen(self.cluster, one, known)
            _log.info("change_seen", cluster=self.cluster, what=str(one.what), name=one.name)
        return found

    def _catalogue(self, connection: Connection) -> Catalogue | None:
        table = schema.catalogues
        mine = (table.c.cluster == self.cluster, table.c.instance == self.instance)
        payload = connection.execute(select(table.c.payload).where(*mine)).scalar()
        if payload is None:
            return None
        try:
            return load(Catalogue, unpacked(payload))
        except SnapshotError as error:
            _log.warning("catalogue_unreadable", reason=str(error))  # what changed since is not seen; it begins anew
            return None

    def _put_catalogue(self, connection: Connection, one: Catalogue) -> None:
        values = {"at": one.at.timestamp(), "payload": packed(dump(Catalogue, one))}
        statement = insert(connection, schema.catalogues).values(cluster=self.cluster, instance=self.instance, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "instance"], set_=values))

    def _put_change(self, connection: Connection, one: Change) -> None:
        values = {"at": one.at.timestamp(), "instance": self.instance, "payload": packed(dump(Change, one))}
        statement = insert(connection, schema.changes).values(cluster=self.cluster, id=one.id, **values)
        connection.execute(statement.on_conflict_do_nothing())

    def changes(self) -> tuple[Change, ...]:
        """All changes that were seen, oldest first."""
        return changes_of(self.database, self.cluster, self.instance)

    def beside(self) -> tuple[Change, ...]:
        """Changes that the cloud's view of the cluster saw, and that this member's statements may feel."""
        mine = {one.id for one in self.changes()}
        others = (one for one in changes_of(self.database, self.cluster) if one.id not in mine)
        return tuple(one for one in others if moves_statements(one) and concerns(one, self.instance))

    def follow(self, now: datetime, latest: Snapshot | None = None) -> tuple[Effect, ...]:
        """Measure what is due; the answer is the new effects. The points are read once for all of them. Raises HistoryError."""
        known, last = self.changes(), newest_effects(self.database, self.cluster)
        everything = [one for one in known if one.at >= now - AFTER - BEFORE]
        recent = [one for one in everything if not is_factual(one)]
        others = (*known, *self.beside())
        due = [one for one in recent if is_due(one, last.get(one.id), others, now)]
        found = [*self._measured(due, others, now), *_taken_back(recent, due, last, known, now)]
        of_the_cloud = [one for one in everything if is_factual(one)]
        found += factual_effects(self.database, self.cluster, of_the_cloud, last, known, latest, now)
        for effect in found:
            self._put_effect(effect)
            Ledger(self.database).measured(self.cluster, effect)
        return tuple(found)

    def _measured(self, due: list[Change], known: tuple[Change, ...], now: datetime) -> Iterator[Effect]:
        if not due:
            return
        texts = self._texts_that_name(due)
        advice = {one.id: self._advice(one) for one in due}
        wanted: set[StatementId] = set()
        for change in due:
            wanted |= {one for one, text in texts.items() if change.table is not None and names(text, change.table)}
            advised = advice[change.id]
            if advised is not None and advised.expectation is not None:
                wanted |= set(advised.expectation.statements)
        end = min(now, max(one.at for one in due) + AFTER)
        counted = self._counted(wanted, min(one.at for one in due) - BEFORE, end)
        with self.database.reading() as connection:
            others = texts_of(connection, counted.kinds.keys() - texts.keys())
        texts |= {StatementId(one): text for one, text in others.items()}
        for change in due:
            hours, kinds = counted.of(change.database)
            described = {one: Text(texts.get(one), kinds.get(one, "unknown")) for one in {*texts, *kinds}}
            yield measure(change, advice[change.id], hours, described, known, now)

    def _advice(self, change: Change) -> Recommendation | None:
        """What advised it before it was seen: the one that promises something, and the newest."""
        entries = [
            one
            for one in Ledger(self.database).entries(self.cluster)
            if one.first_seen <= change.at and answers(change, one.recommendation)
        ]
        found = max(entries, key=lambda one: (one.recommendation.expectation is not None, one.last_seen), default=None)
        return found.recommendation if found is not None else None

    def _texts_that_name(self, due: list[Change]) -> dict[StatementId, str]:
        """Texts in which a changed table's name stands somewhere; a shared store holds those of every cluster."""
        table = schema.texts
        tables = {change.table.name for change in due if change.table is not None}
        somewhere = [table.c.text.icontains(re.split(r"[\"`]", name)[0], autoescape=True) for name in sorted(tables)]
        if not somewhere:
            return {}
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.statement, table.c.text).where(or_(*somewhere))).all()
        return {StatementId(row.statement): row.text for row in rows}

    def _counted(self, wanted: set[StatementId], start: datetime, end: datetime) -> "_Counted":
        """The counters by hour of the statements wanted and of those of most time beside them."""
        counted = _Counted()
        for section in self._points(start, end):
            counted.add(section, wanted)
        return counted

    def _points(self, start: datetime, end: datetime) -> Iterator[Statements]:
        """The stored deltas between two times, oldest first, read one by one: a month of them is large."""
        table = schema.deltas
        mine = (
            table.c.cluster == self.cluster,
            table.c.instance == self.instance,
            table.c.section == Statements.name,
            table.c.end > start.timestamp(),
            table.c.start < end.timestamp(),
        )
        with self.database.reading() as connection:
            identities = connection.execute(select(table.c.id).where(*mine).order_by(table.c.end)).scalars().all()
        for section in read_points(self.database, identities):
            if isinstance(section, Statements) and section.period.length <= LONGEST_POINT:
                yield section

    def _put_effect(self, one: Effect) -> None:
        values = {"cluster": self.cluster, "change": one.change.id, "at": one.measured_at.timestamp()}
        with self.database.transaction() as connection:
            connection.execute(schema.effects.insert().values(payload=packed(dump(Effect, one)), **values))


def _taken_back(
    recent: list[Change], due: list[Change], last: Mapping[str, Effect], known: tuple[Change, ...], now: datetime
) -> Iterator[Effect]:
    """What was measured before and was taken back since."""
    for one in recent:
        before = last.get(one.id)
        undone = next((other.at for other in known if undoes(other, one)), None)
        if one not in due and before is not None and undone is not None and before.undone_at is None:
            yield replace(before, undone_at=undone, measured_at=now)


def _is_there(connection: Connection) -> bool:
    """Whether the file has the tables: one that an older release wrote, and that is only read, has not."""
    return inspect(connection).has_table(schema.effects.name)


def clusters_of(database: Database) -> tuple[ClusterId, ...]:
    """Clusters of which a change was ever seen, by name. Raises HistoryError."""
    with database.reading() as connection:
        if not _is_there(connection):
            return ()
        rows = connection.execute(select(schema.changes.c.cluster).distinct()).scalars().all()
    return tuple(ClusterId(one) for one in sorted(rows))


def changes_of(database: Database, cluster: ClusterId, instance: InstanceId | None = None) -> tuple[Change, ...]:
    """The changes of a cluster (or of one instance), oldest first. Raises HistoryError."""
    table = schema.changes
    mine = (table.c.cluster == cluster, *((table.c.instance == instance,) if instance is not None else ()))
    with database.reading() as connection:
        if not _is_there(connection):
            return ()
        rows = connection.execute(select(table.c.payload).where(*mine).order_by(table.c.at, table.c.id)).scalars().all()
    return tuple(_loaded(Change, rows))


def newest_effects(database: Database, cluster: ClusterId) -> dict[str, Effect]:
    """The newest effect of each change that was measured at all, by the change's id. Raises HistoryError."""
    table = schema.effects
    with database.reading() as connection:
        if not _is_there(connection):
            return {}
        wanted = select(table.c.payload).where(table.c.cluster == cluster).order_by(table.c.id)
        rows = connection.execute(wanted).scalars().all()
    return {one.change.id: one for one in _loaded(Effect, rows)}


def _loaded(kind: type[StoredT], rows: Sequence[bytes]) -> Iterator[StoredT]:
    for payload in rows:
        try:
            yield load(kind, unpacked(payload))
        except SnapshotError as error:
            _log.warning("effect_unreadable", reason=str(error))


def effects_of(database: Database, cluster: ClusterId, now: datetime, instance: InstanceId | None = None) -> Effects:
    """What each change did, as far as it is known; those of the last sixty days and those that still hurt. Raises HistoryError."""
    measured, known = newest_effects(database, cluster), changes_of(database, cluster, instance)
    rows = [measured.get(one.id) or _unmeasured(one, known) for one in known]
    kept = (
        one for one in rows if one.change.at >= now - SHOWN or (one.outcome is Outcome.HURT and one.undone_at is None)
    )
    return Effects(tuple(kept))


def _unmeasured(change: Change, known: tuple[Change, ...]) -> Effect:
    return replace(
        unmeasured(change, change.at), undone_at=next((one.at for one in known if undoes(one, change)), None)
    )
