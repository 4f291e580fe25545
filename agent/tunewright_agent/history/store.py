"""The history of counters and states: what sources brought, as deltas in buckets of 1 minute, 5 minutes and 1 hour.

One pass is one transaction: kill -9 loses at most the interval in flight, and the next reading counts on from the last one stored,
because the raw counters are stored with their delta. A point that cannot be read any more (damaged, or of a release with other
facts) costs itself, is told in the log, and goes at the next roll-up.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, select

from tunewright_agent.history import cloud_points, schema
from tunewright_agent.history.codec import dump_section
from tunewright_agent.history.database import Database, HistoryError, Mode, packed
from tunewright_agent.history.deltas import busy_rows, counts, difference, onto
from tunewright_agent.history.merging import merged
from tunewright_agent.history.place import Address, Store, database_at
from tunewright_agent.history.points import MINUTE, Retention, put_point, read_point
from tunewright_agent.history.stores.upsert import insert, load, upsert
from tunewright_agent.history.texts import texts_of
from tunewright_agent.history.upkeep import maintain
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends, MetricSeries
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin, Plans
from tunewright_analyzers.facts.sessions import ActiveSessions, Sessions
from tunewright_analyzers.facts.snapshot import Period, Section, SectionT, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements

__all__ = ["History", "HistoryError", "Retention"]
LEAST_COVER = 0.5
"""Deltas that cover less of a window than this give way to the server's own counters since its reset: more evidence is better."""
WEEK = timedelta(days=7)
LATE = timedelta(minutes=10)
"""How much older than the stored reading one may be and still be of the same clock (it waited for its turn, or another agent reads too)."""
DAY_SECONDS = 86400.0
_PLAN = ("cluster", "database", "statement", "origin", "shape")


def _is_late(before: Section, section: Section) -> bool:
    """Whether a newer reading is stored: that one stays, or what lies between would be counted twice.

    A clock that went back further than LATE is another matter: counting then begins anew.
    """
    behind: timedelta = before.period.end - section.period.end  # type: ignore[attr-defined]  # both count
    return timedelta(0) <= behind <= LATE


SESSION = "session:"
"""Before the id of a text that was seen in a session: literals are `?` there, so nothing can be planned of it."""


def _texts_of(section: Section) -> dict[str, str]:
    """Texts to keep, by id: of statements, and of sessions that block or wait (their statements may never come to be counted)."""
    if isinstance(section, Statements):
        return {row.id: row.text for row in section.rows if row.text is not None}
    if not isinstance(section, Sessions):
        return {}
    blocking = {pid for row in section.rows for pid in row.blocked_by}
    held = [row for row in section.rows if row.blocked_by or row.pid in blocking]
    return {f"{SESSION}{row.statement_id}": row.statement for row in held if row.statement_id and row.statement}


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class History:
    """What one agent remembers. Use as a context manager. Every method raises HistoryError where the file cannot be used."""

    def __init__(self, store: Store | Database, retention: Retention | None = None, mode: Mode = Mode.OWN) -> None:
        """`store` is a file, an address, or a store that is opened and closed elsewhere."""
        self.retention = retention or Retention()
        self.database = database_at(store, mode) if isinstance(store, Path | Address) else store
        self._before: dict[tuple[str, str, str], tuple[str, Section, float]] = {}
        self._renewed: dict[tuple[str, str, str], dict[str, float]] = {}
        """When we wrote each text of the last pass: most passes bring none that is due."""

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
        read: dict[tuple[str, str, str], tuple[str, Section, float]] = {}
        texts: dict[tuple[str, str, str], dict[str, float]] = {}
        with self.database.transaction() as connection:
            for section in sections:
                key = (cluster, instance, section.name)
                if isinstance(section, Events):
                    self._events(connection, key, section)
                    continue
                if isinstance(section, CloudMetrics | CloudTrends):
                    cloud_points.put(connection, cluster, section)
                    continue
                before = self._last(connection, key) if counts(section) else None
                if before is not None and before[0] == server and _is_late(before[1], section):
                    continue
                delta = self._delta(before, server, section)
                if delta is not None:
                    put_point(connection, key, delta, MINUTE)
                    stored.append(delta)
                self._put_latest(connection, key, server, section, at)
                texts[key] = self._put_texts(connection, key, section, at)
                self._put_plans(connection, cluster, section, at)
                if counts(section):
                    read[key] = (server, section, at.timestamp())
        self._before.update(read)
        self._renewed.update(texts)
        return tuple(stored)

    @staticmethod
    def _delta(before: tuple[str, Section] | None, server: str, section: Section) -> Section | None:
        if isinstance(section, ActiveSessions):
            return section if section.samples else None
        if before is None or before[0] != server:
            return None
        delta = difference(before[1], section)
        return None if delta is None else busy_rows(delta)

    def _last(self, connection: Connection, key: tuple[str, str, str]) -> tuple[str, Section] | None:
        """The reading that is stored: from memory where that one is ours (it costs milliseconds to read it back)."""
        table = schema.latest
        mine = (table.c.cluster == key[0], table.c.instance == key[1], table.c.section == key[2])
        row = connection.execute(select(table.c.server, table.c.taken_at).where(*mine)).first()
        if row is None:
            return None
        known = self._before.get(key)
        if known is not None and (known[0], known[2]) == (row.server, row.taken_at):
            return known[0], known[1]
        payload = connection.execute(select(table.c.payload).where(*mine)).scalar_one()
        section = read_point(key[2], payload)  # None: the next delta begins anew
        return None if section is None else (row.server, section)

    @staticmethod
    def _put_latest(
        connection: Connection, key: tuple[str, str, str], server: str, section: Section, at: datetime
    ) -> None:
        values = {"server": server, "taken_at": at.timestamp(), "payload": packed(dump_section(section))}
        statement = insert(connection, schema.latest).values(cluster=key[0], instance=key[1], section=key[2], **values)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["cluster", "instance", "section"], set_=values)
        )

    def _put_texts(
        self, connection: Connection, key: tuple[str, str, str], section: Section, at: datetime
    ) -> dict[str, float]:
        """Each text once; `last_seen` is renewed once a day, so that most passes write nothing here. The answer is when each was."""
        now, table, texts = at.timestamp(), schema.texts, _texts_of(section)
        before = self._renewed.get(key, {})
        known = {one: before[one] for one in texts if one in before and 0 <= now - before[one] < DAY_SECONDS}
        due = sorted(texts.keys() - known.keys())
        values = [{"statement": one, "text": texts[one], "last_seen": now} for one in due]
        load(connection, table, ("statement",), values, ("last_seen",), table.c.last_seen < now - DAY_SECONDS)
        return known | dict.fromkeys(due, now)

    @staticmethod
    def _put_plans(connection: Connection, cluster: str, section: Section, at: datetime) -> None:
        if not isinstance(section, Plans):
            return
        now, rows = at.timestamp(), {}
        for row in section.rows:
            key = (row.database, row.statement_id, row.origin.value, row.plan.shape)
            names = dict(zip(_PLAN[1:], key, strict=True))
            payload = packed(dump_section(Plans((row,))))
            rows[key] = {"cluster": cluster, **names, "first_seen": now, "last_seen": now, "payload": payload}
        upsert(connection, schema.plans, _PLAN, [rows[key] for key in sorted(rows)], keep=("first_seen",))

    @staticmethod
    def _events(connection: Connection, key: tuple[str, str, str], section: Events) -> None:
        values = [
            {"cluster": key[0], "instance": key[1], "at": one.at.timestamp(), "kind": one.kind, "subject": one.subject,
             "detail": one.detail}
            for one in section.rows
        ]  # fmt: skip
        if values:
            connection.execute(insert(connection, schema.events).on_conflict_do_nothing(), values)

    def merged(self, cluster: ClusterId, instance: InstanceId, start: datetime, end: datetime) -> dict[str, Section]:
        """What was counted between two times, one delta a section, of the finest points that are kept."""
        table = schema.deltas
        wanted = (
            table.c.cluster == cluster,
            table.c.instance == instance,
            table.c.end > start.timestamp(),
            table.c.start < end.timestamp(),
        )
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table.c.section, table.c.payload).where(*wanted).order_by(table.c.end)
            ).all()
        payloads: dict[str, list[bytes]] = {}
        for row in rows:
            payloads.setdefault(row.section, []).append(row.payload)
        found = {name: merged(name, some) for name, some in payloads.items()}
        return {name: section for name, section in found.items() if section is not None}

    def window(self, latest: Snapshot, start: datetime, end: datetime) -> Window:
        """The counters between two times beside the latest state, with the same span a week earlier as baseline where it is kept."""
        deltas = self._covering(latest, start, end)
        earlier = self.merged(latest.cluster, latest.instance, start - WEEK, end - WEEK)
        baseline = (
            Window(latest.cluster, start - WEEK, end - WEEK, latest, tuple(earlier.values())) if earlier else None
        )
        return Window(latest.cluster, start, end, latest, deltas, baseline)

    def _covering(self, latest: Snapshot, start: datetime, end: datetime) -> tuple[Section, ...]:
        """Deltas of the sections that can be read now: a source that fails must not look as if it did not."""
        now = {section.name: section for section in latest.sections}
        covering: list[Section] = []
        for name, delta in self.merged(latest.cluster, latest.instance, start, end).items():
            period: Period = delta.period  # type: ignore[attr-defined]  # every delta has one
            if name in now and period.seconds >= LEAST_COVER * (end - start).total_seconds():
                covering.append(self._with_texts(onto(delta, now[name])))
        return tuple(covering)

    def _with_texts(self, delta: Section) -> Section:
        """Deltas are stored without texts: put them back where the latest reading has none (the server evicted the row)."""
        if not isinstance(delta, Statements):
            return delta
        wanted = {row.id for row in delta.rows if row.text is None}
        if not wanted:
            return delta
        with self.database.reading() as connection:
            known = texts_of(connection, wanted)
        return replace(delta, rows=tuple(replace(row, text=row.text or known.get(row.id)) for row in delta.rows))

    def newest(self, cluster: ClusterId, instance: InstanceId, kind: type[SectionT]) -> SectionT | None:
        """The section as it was read last; None where it was never stored, or by a release with other facts."""
        table = schema.latest
        mine = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == kind.name)
        with self.database.reading() as connection:
            payload = connection.execute(select(table.c.payload).where(*mine)).scalar()
        section = None if payload is None else read_point(kind.name, payload)
        return section if isinstance(section, kind) else None

    def points(
        self, cluster: ClusterId, instance: InstanceId, kind: type[SectionT], start: datetime, end: datetime
    ) -> tuple[SectionT, ...]:
        """What was counted of one section between two times, point by point, oldest first; of the finest points that are kept."""
        table = schema.deltas
        wanted = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == kind.name,
                  table.c.end > start.timestamp(), table.c.start < end.timestamp())  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.payload).where(*wanted).order_by(table.c.end)).all()
        sections = (read_point(kind.name, row.payload) for row in rows)
        return tuple(one for one in sections if isinstance(one, kind))

    def series(
        self, cluster: ClusterId, instance: InstanceId, statement: StatementId, start: datetime, end: datetime
    ) -> tuple[tuple[Period, int, float], ...]:
        """(period, calls, execution seconds) of one statement, point by point, oldest first."""
        table = schema.deltas
        wanted = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == Statements.name,
                  table.c.end > start.timestamp(), table.c.start < end.timestamp())  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.payload).where(*wanted).order_by(table.c.end)).all()
        points = []
        for row in rows:
            section = read_point(Statements.name, row.payload)
            if not isinstance(section, Statements):
                continue
            mine = [one for one in section.rows if one.id == statement]
            points.append((section.period, sum(one.calls for one in mine), sum(one.exec_seconds for one in mine)))
        return tuple(points)

    def cloud_series(
        self, cluster: ClusterId, metrics: Iterable[str], start: datetime, end: datetime
    ) -> tuple[MetricSeries, ...]:
        """CloudWatch's points of those metrics between two times."""
        with self.database.reading() as connection:
            return cloud_points.read(connection, cluster, metrics, start, end)

    def text(self, statement: StatementId) -> str | None:
        """The redacted text of a statement."""
        with self.database.reading() as connection:
            table = schema.texts
            wanted = table.c.statement.in_((statement, SESSION + statement))  # the plain one sorts before the other
            return connection.execute(select(table.c.text).where(wanted).order_by(table.c.statement)).scalar()

    def clusters(self) -> frozenset[str]:
        """Every cluster that was ever judged."""
        with self.database.reading() as connection:
            return frozenset(connection.execute(select(schema.judgements.c.cluster).distinct()).scalars())

    def shapes(self, cluster: ClusterId) -> dict[tuple[str, StatementId, PlanOrigin], PlanId]:
        """The shape seen last of each statement's plan, by database, statement and origin."""
        table = schema.plans
        columns = (table.c.database, table.c.statement, table.c.origin, table.c.shape)
        wanted = select(*columns).where(table.c.cluster == cluster).order_by(table.c.last_seen)
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        return {(row.database, StatementId(row.statement), PlanOrigin(row.origin)): PlanId(row.shape) for row in rows}

    def events(self, cluster: ClusterId, start: datetime, end: datetime) -> tuple[Event, ...]:
        """Events between two times, oldest first."""
        table = schema.events
        wanted = (table.c.cluster == cluster, table.c.at >= start.timestamp(), table.c.at <= end.timestamp())
        with self.database.reading() as connection:
            rows = connection.execute(select(table).where(*wanted).order_by(table.c.at, table.c.id)).all()
        return tuple(Event(_at(row.at), row.kind, row.subject, row.detail) for row in rows)

    def last_events(self, cluster: ClusterId, instance: InstanceId) -> dict[str, datetime]:
        """When an event of each kind happened last to that instance; `advice_applied` from the cluster's ledger."""
        table, booked = schema.events, schema.ledger
        mine = (table.c.cluster == cluster, table.c.instance == instance)
        applied = select(func.max(booked.c.at)).where(booked.c.cluster == cluster, booked.c.state == "applied")
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.kind, func.max(table.c.at)).where(*mine).group_by(table.c.kind)).all()  # fmt: skip
            last = connection.execute(applied).scalar()
        found = {row[0]: _at(row[1]) for row in rows}
        return found if last is None else found | {"advice_applied": _at(last)}

    def maintain(self, now: datetime, held: frozenset[str] | None = None) -> tuple[str, ...]:
        """Roll points up, drop what is too old or too much; the answer says what was dropped for want of room.

        `held` are the clusters that are ours where several agents share the store; None where it is ours alone.
        """
        return maintain(self.database, self.retention, now, held)
