"""The history of counters and states: what sources brought, as deltas in buckets of 1 minute, 5 minutes and 1 hour.

One pass is one transaction: kill -9 loses at most the interval in flight, and the next reading counts on from the last one stored,
because the raw counters are stored with their delta.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, dump_section, load_section
from tunewright_agent.history.database import Database, HistoryError, packed, unpacked
from tunewright_agent.history.deltas import busy_rows, counts, difference, merge
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Period, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements

__all__ = ["History", "HistoryError", "Retention"]
MINUTE, FIVE_MINUTES, HOUR = 60, 300, 3600
LEAST_COVER = 0.5
"""Deltas that cover less of a window than this give way to the server's own counters since its reset: more evidence is better."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long points are kept, in seconds by resolution, and the file's bound in bytes."""

    minute: float = 86400.0
    five_minutes: float = 7 * 86400.0
    hour: float = 400 * 86400.0
    max_bytes: int = 2 * 1024**3

    def of(self, resolution: int) -> float:
        """Seconds that points of a resolution are kept."""
        return {MINUTE: self.minute, FIVE_MINUTES: self.five_minutes, HOUR: self.hour}[resolution]


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class History:
    """What one agent remembers. Use as a context manager. Every method raises HistoryError where the file cannot be used."""

    def __init__(self, path: Path, retention: Retention | None = None) -> None:
        self.retention = retention or Retention()
        self.database = Database(path)
        self._before: dict[tuple[str, str, str], tuple[str, Section]] = {}

    def __enter__(self) -> Self:
        self.database.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return self.database.size_bytes

    def record(
        self, cluster: ClusterId, instance: InstanceId, server: str, sections: Iterable[Section], at: datetime
    ) -> tuple[Section, ...]:
        """Store one pass, in one transaction; the answer is the deltas that were stored.

        `server` tells one server from another behind the same name: after a failover counters are not compared.
        """
        stored: list[Section] = []
        read: dict[tuple[str, str, str], tuple[str, Section]] = {}
        with self.database.transaction() as connection:
            for section in sections:
                key = (cluster, instance, section.name)
                if isinstance(section, Events):
                    self._events(connection, key, section)
                    continue
                delta = self._delta(connection, key, server, section)
                if delta is not None:
                    self._put_delta(connection, key, delta, MINUTE)
                    stored.append(delta)
                self._put_latest(connection, key, server, section, at)
                self._put_texts(connection, section)
                self._put_plans(connection, cluster, section, at)
                read[key] = (server, section)
        self._before.update(read)
        return tuple(stored)

    def _delta(
        self, connection: Connection, key: tuple[str, str, str], server: str, section: Section
    ) -> Section | None:
        if isinstance(section, ActiveSessions):
            return section if section.samples else None
        if not counts(section):
            return None
        before = self._before.get(key) or self._last(connection, key)
        if before is None or before[0] != server:
            return None
        delta = difference(before[1], section)
        return None if delta is None else busy_rows(delta)

    def _last(self, connection: Connection, key: tuple[str, str, str]) -> tuple[str, Section] | None:
        table = schema.latest
        row = connection.execute(
            select(table.c.server, table.c.payload).where(
                table.c.cluster == key[0], table.c.instance == key[1], table.c.section == key[2]
            )
        ).first()
        if row is None:
            return None
        try:
            return row.server, load_section(key[2], unpacked(row.payload))
        except SnapshotError:
            return None  # written by a release with other facts: the next delta begins anew

    @staticmethod
    def _put_delta(connection: Connection, key: tuple[str, str, str], delta: Section, resolution: int) -> None:
        period: Period = delta.period  # type: ignore[attr-defined]  # every delta has one
        payload = packed(dump_section(delta))
        statement = insert(schema.deltas).values(
            cluster=key[0], instance=key[1], section=key[2], resolution=resolution,
            start=period.start.timestamp(), end=period.end.timestamp(), payload=payload,
        )  # fmt: skip
        unique = ["cluster", "instance", "section", "resolution", "start"]
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=unique, set_={"end": period.end.timestamp(), "payload": payload}
            )
        )

    @staticmethod
    def _put_latest(
        connection: Connection, key: tuple[str, str, str], server: str, section: Section, at: datetime
    ) -> None:
        values = {"server": server, "taken_at": at.timestamp(), "payload": packed(dump_section(section))}
        statement = insert(schema.latest).values(cluster=key[0], instance=key[1], section=key[2], **values)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["cluster", "instance", "section"], set_=values)
        )

    @staticmethod
    def _put_texts(connection: Connection, section: Section) -> None:
        if isinstance(section, Statements):
            rows = {row.id: row.text for row in section.rows if row.text is not None}
            if rows:
                values = [{"statement": identity, "text": text} for identity, text in rows.items()]
                connection.execute(insert(schema.texts).on_conflict_do_nothing(), values)

    @staticmethod
    def _put_plans(connection: Connection, cluster: str, section: Section, at: datetime) -> None:
        if not isinstance(section, Plans):
            return
        for row in section.rows:
            payload = packed(dump_section(Plans((row,))))
            seen = {"last_seen": at.timestamp(), "payload": payload}
            statement = insert(schema.plans).values(
                cluster=cluster, database=row.database, statement=row.statement_id, origin=row.origin.value, shape=row.plan.shape,
                first_seen=at.timestamp(), **seen,
            )  # fmt: skip
            unique = ["cluster", "database", "statement", "origin", "shape"]
            connection.execute(statement.on_conflict_do_update(index_elements=unique, set_=seen))

    @staticmethod
    def _events(connection: Connection, key: tuple[str, str, str], section: Events) -> None:
        for one in section.rows:
            values = {"at": one.at.timestamp(), "kind": one.kind, "subject": one.subject, "detail": one.detail}
            connection.execute(
                insert(schema.events).values(cluster=key[0], instance=key[1], **values).on_conflict_do_nothing()
            )

    def merged(self, cluster: ClusterId, instance: InstanceId, start: datetime, end: datetime) -> dict[str, Section]:
        """What was counted between two times, one delta a section, of the finest points that are kept."""
        table = schema.deltas
        wanted = (
            table.c.cluster == cluster,
            table.c.instance == instance,
            table.c.end > start.timestamp(),
            table.c.start < end.timestamp(),
        )
        with self.database.transaction() as connection:
            rows = connection.execute(
                select(table.c.section, table.c.payload).where(*wanted).order_by(table.c.end)
            ).all()
        found: dict[str, list[Section]] = {}
        for row in rows:
            found.setdefault(row.section, []).append(load_section(row.section, unpacked(row.payload)))
        return {name: merge(deltas) for name, deltas in found.items()}

    def window(self, latest: Snapshot, start: datetime, end: datetime) -> Window:
        """The counters between two times beside the latest state, with the same span a week earlier as baseline where it is kept."""
        deltas = self._covering(latest, start, end)
        earlier = self.merged(latest.cluster, latest.instance, start - WEEK, end - WEEK)
        baseline = (
            Window(latest.cluster, start - WEEK, end - WEEK, latest, tuple(earlier.values())) if earlier else None
        )
        return Window(latest.cluster, start, end, latest, deltas, baseline)

    def _covering(self, latest: Snapshot, start: datetime, end: datetime) -> tuple[Section, ...]:
        known = {
            row.id: row.text for section in latest.sections if isinstance(section, Statements) for row in section.rows
        }
        covering: list[Section] = []
        for delta in self.merged(latest.cluster, latest.instance, start, end).values():
            period: Period = delta.period  # type: ignore[attr-defined]  # every delta has one
            if period.seconds >= LEAST_COVER * (end - start).total_seconds():
                covering.append(_with_texts(delta, known))
        return tuple(covering)

    def series(
        self, cluster: ClusterId, instance: InstanceId, statement: StatementId, start: datetime, end: datetime
    ) -> tuple[tuple[Period, int, float], ...]:
        """(period, calls, execution seconds) of one statement, point by point, oldest first."""
        table = schema.deltas
        wanted = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == Statements.name,
                  table.c.end > start.timestamp(), table.c.start < end.timestamp())  # fmt: skip
        with self.database.transaction() as connection:
            rows = connection.execute(select(table.c.payload).where(*wanted).order_by(table.c.end)).all()
        points = []
        for row in rows:
            section = load_section(Statements.name, unpacked(row.payload))
            assert isinstance(section, Statements)
            mine = [one for one in section.rows if one.id == statement]
            points.append((section.period, sum(one.calls for one in mine), sum(one.exec_seconds for one in mine)))
        return tuple(points)

    def text(self, statement: StatementId) -> str | None:
        """The redacted text of a statement."""
        with self.database.transaction() as connection:
            return connection.execute(select(schema.texts.c.text).where(schema.texts.c.statement == statement)).scalar()

    def events(self, cluster: ClusterId, start: datetime, end: datetime) -> tuple[Event, ...]:
        """Events between two times, oldest first."""
        table = schema.events
        wanted = (table.c.cluster == cluster, table.c.at >= start.timestamp(), table.c.at <= end.timestamp())
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).where(*wanted).order_by(table.c.at)).all()
        return tuple(Event(_at(row.at), row.kind, row.subject, row.detail) for row in rows)

    def maintain(self, now: datetime) -> tuple[str, ...]:
        """Roll points up, drop what is too old or too much; the answer says what was dropped for want of room."""
        for resolution, coarser in ((MINUTE, FIVE_MINUTES), (FIVE_MINUTES, HOUR)):
            self._roll_up(resolution, coarser, now.timestamp() - self.retention.of(resolution))
        with self.database.transaction() as connection:
            connection.execute(delete(schema.deltas).where(schema.deltas.c.end < now.timestamp() - self.retention.hour))
            connection.execute(delete(schema.events).where(schema.events.c.at < now.timestamp() - self.retention.hour))
        told = self._bound()
        self.database.shrink()
        return told

    def _roll_up(self, resolution: int, coarser: int, before: float) -> None:
        """Merge the points that end before a time into buckets of the coarser resolution, bucket by bucket."""
        table = schema.deltas
        old = (table.c.resolution == resolution, table.c.end < before - before % coarser)
        with self.database.transaction() as connection:
            columns = (
                table.c.cluster,
                table.c.instance,
                table.c.section,
                func.floor(table.c.start / coarser).label("bucket"),
            )
            groups = connection.execute(select(*columns).where(*old).distinct()).all()
            for group in groups:
                key = (group.cluster, group.instance, group.section)
                mine = (*old, table.c.cluster == key[0], table.c.instance == key[1], table.c.section == key[2],
                        func.floor(table.c.start / coarser) == group.bucket)  # fmt: skip
                rows = connection.execute(select(table.c.id, table.c.payload).where(*mine).order_by(table.c.end)).all()
                merged = merge(load_section(key[2], unpacked(row.payload)) for row in rows)
                connection.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
                self._put_delta(connection, key, merged, coarser)

    def _bound(self) -> tuple[str, ...]:
        """Drop the oldest of the finest points until the file fits its bound."""
        told: list[str] = []
        while self.size_bytes > self.retention.max_bytes:
            with self.database.transaction() as connection:
                finest = connection.execute(select(func.min(schema.deltas.c.resolution))).scalar()
                if finest is None:
                    break
                oldest = (
                    select(schema.deltas.c.id)
                    .where(schema.deltas.c.resolution == finest)
                    .order_by(schema.deltas.c.end)
                    .limit(500)
                )
                last = connection.execute(
                    select(func.max(schema.deltas.c.end)).where(schema.deltas.c.id.in_(oldest))
                ).scalar()
                connection.execute(delete(schema.deltas).where(schema.deltas.c.id.in_(oldest)))
                told.append(
                    f"points of {finest} s up to {_at(float(last or 0)):%Y-%m-%d %H:%M} UTC were dropped to stay within history.max_size"
                )
            self.database.shrink()
        return tuple(told[-1:])


def _with_texts(delta: Section, known: dict[StatementId, str | None]) -> Section:
    """Statement deltas are stored without texts: put them back from the latest reading."""
    if not isinstance(delta, Statements):
        return delta
    return replace(delta, rows=tuple(replace(row, text=known.get(row.id)) for row in delta.rows))
