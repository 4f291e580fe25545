"""Reads from one history file what a report over some days is made of. Only reads; called by the command `report` and by the schedule.

The counters are read point by point, so that a month of a large server needs no more memory than its sums.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import inspect, select

from tunewright_agent.history import judgements, schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.effects import effects_of
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Entry
from tunewright_agent.history.points import read_point, read_points
from tunewright_agent.history.texts import texts_of
from tunewright_agent.week import (
    AdviceLife,
    FindingLife,
    HourTotals,
    LoadHour,
    Measure,
    Price,
    RelationWeek,
    StatementWeek,
    Week,
)
from tunewright_analyzers.effects.hours import floor_hour
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.effects import Effect
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.relations import Indexes, RelationName, Sequences, Tables
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Period, Section, SectionT
from tunewright_analyzers.facts.statements import Statements

_READ = (Statements, ActiveSessions, Databases, Tables, Indexes)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(slots=True)
class _Sums:
    """What grows while the points go by."""

    period: Period
    statements: dict[StatementId, list[float]] = field(default_factory=dict)
    hours: dict[datetime, list[float]] = field(default_factory=dict)
    load: dict[datetime, dict[str, int]] = field(default_factory=dict)
    samples: dict[datetime, int] = field(default_factory=dict)
    sizes: list[Measure] = field(default_factory=list)
    ages: list[Measure] = field(default_factory=list)
    relations: dict[tuple[str, RelationName], RelationWeek] = field(default_factory=dict)

    def add(self, section: Section) -> None:
        """One point."""
        if isinstance(section, Statements):
            self._statements(section)
        elif isinstance(section, ActiveSessions):
            hour = floor_hour(_middle(section.period))
            self.samples[hour] = self.samples.get(hour, 0) + section.samples
            waits = self.load.setdefault(hour, {})
            for row in section.rows:
                waits[row.wait_type] = waits.get(row.wait_type, 0) + row.samples
        elif isinstance(section, Databases):
            known = [row.size_bytes for row in section.rows if row.size_bytes is not None]
            if known:
                self.sizes.append(Measure(section.period.end, float(sum(known))))
            if section.rows:
                self.ages.append(Measure(section.period.end, float(max(row.xid_age for row in section.rows))))
        elif isinstance(section, Tables) and self._now(section.period):
            for table in section.rows:
                size = table.size_bytes + table.toast_bytes
                self._relation("table", table.name, size, table.bloat_bytes)
        elif isinstance(section, Indexes) and self._now(section.period):
            for index in section.rows:
                self._relation("index", index.name, index.size_bytes, None)

    def _now(self, period: Period) -> bool:
        return _middle(period) >= self.period.start

    def _statements(self, section: Statements) -> None:
        middle = _middle(section.period)
        late = self._now(section.period)
        totals = self.hours.setdefault(floor_hour(middle), [0, 0.0])
        for row in section.rows:
            if row.own:
                continue
            totals[0] += row.calls
            totals[1] += row.exec_seconds
            sums = self.statements.setdefault(row.id, [0, 0.0, 0, 0, 0.0])
            if late:
                sums[0] += row.calls
                sums[1] += row.exec_seconds
                sums[2] += row.rows
            else:
                sums[3] += row.calls
                sums[4] += row.exec_seconds

    def _relation(self, kind: str, name: RelationName, size: int, bloat: int | None) -> None:
        first = self.relations.get((kind, name))
        if first is None:
            self.relations[kind, name] = RelationWeek(kind, name, size, size, bloat, bloat)
            return
        known = first.first_bloat_bytes if first.first_bloat_bytes is not None else bloat
        self.relations[kind, name] = RelationWeek(kind, name, first.first_bytes, size, known, bloat)


def _middle(period: Period) -> datetime:
    return period.start + period.length / 2


@dataclass(frozen=True, slots=True)
class WeekReader:
    """One server in one open history file."""

    database: Database
    cluster: ClusterId
    instance: InstanceId

    def read(
        self, period: Period, price: Price | None = None, messages: tuple[tuple[str, str, int], ...] | None = None
    ) -> Week:
        """All of it. Raises HistoryError, and SnapshotError where the newest judgement cannot be read."""
        previous = Period(period.start - period.length, period.start)
        sums = _Sums(period)
        for section in self._points(previous.start, period.end):
            sums.add(section)
        ledger = Ledger(self.database)
        newest = [
            one.judgement
            for one in judgements.newest(ledger.database, frozenset({self.cluster}))
            if one.instance == self.instance
        ]
        entries = [one for one in ledger.entries(self.cluster) if one.first_seen <= period.end]
        effects = tuple(
            one
            for one in effects_of(self.database, self.cluster, period.end, self.instance).rows
            if one.change.at <= period.end
        )
        return Week(
            self.cluster, self.instance, period, previous,
            statements=self._statement_weeks(sums),
            hours=tuple(HourTotals(at, int(row[0]), row[1]) for at, row in sorted(sums.hours.items())),
            load=_load(sums), sizes=tuple(sums.sizes), xid_ages=tuple(sums.ages),
            relations=tuple(sums.relations[key] for key in sorted(sums.relations, key=str)),
            events=self._events(period), findings=self._findings(period.end),
            advice=tuple(_life(one, period.end) for one in entries), effects=_of(effects),
            judgement=newest[0] if newest else None,
            databases=self._newest(Databases), tables=self._newest(Tables), settings=self._newest(Settings),
            sequences=self._newest(Sequences), messages=messages, price=price, unread=_unread(sums, previous),
        )  # fmt: skip

    def _points(self, start: datetime, end: datetime) -> Iterator[Section]:
        table = schema.deltas
        mine = (
            table.c.cluster == self.cluster,
            table.c.instance == self.instance,
            table.c.section.in_([one.name for one in _READ]),
            table.c.end > start.timestamp(),
            table.c.start < end.timestamp(),
        )
        with self.database.reading() as connection:
            found = (
                connection.execute(select(table.c.id).where(*mine).order_by(table.c.end, table.c.id)).scalars().all()
            )
        for section in read_points(self.database, found):
            if start <= _middle(section.period) < end:  # type: ignore[attr-defined]  # every delta has one
                yield section

    def _statement_weeks(self, sums: _Sums) -> tuple[StatementWeek, ...]:
        with self.database.reading() as connection:
            texts = texts_of(connection, sums.statements)
        return tuple(
            StatementWeek(one, texts.get(one), int(row[0]), row[1], int(row[2]), int(row[3]), row[4])
            for one, row in sorted(sums.statements.items(), key=lambda item: (-item[1][1], item[0]))
        )

    def _events(self, period: Period) -> tuple[Event, ...]:
        table = schema.events
        mine = (table.c.cluster == self.cluster, table.c.instance == self.instance,
                table.c.at >= period.start.timestamp(), table.c.at < period.end.timestamp())  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(select(table).where(*mine).order_by(table.c.at, table.c.id)).all()
        return tuple(Event(_at(row.at), row.kind, row.subject, row.detail) for row in rows)

    def _findings(self, end: datetime) -> tuple[FindingLife, ...]:
        table, told = schema.findings, schema.finding_texts
        with self.database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.cluster == self.cluster, table.c.first_seen <= end.timestamp())).all()  # fmt: skip
            known = {}
            if inspect(connection).has_table(told.name):
                known = {row.id: row for row in connection.execute(select(told).where(told.c.cluster == self.cluster))}
        found = []
        for row in sorted(rows, key=lambda one: (one.first_seen, one.id)):
            text = known.get(row.id)
            resolved = (
                _at(row.resolved_at) if row.resolved_at is not None and row.resolved_at <= end.timestamp() else None
            )
            found.append(FindingLife(row.id, row.check, text.severity if text else None, text.subject if text else "",
                                     text.summary if text else "", _at(row.first_seen), resolved))  # fmt: skip
        return tuple(found)

    def _newest(self, kind: type[SectionT]) -> SectionT | None:
        table = schema.latest
        mine = (table.c.cluster == self.cluster, table.c.instance == self.instance, table.c.section == kind.name)
        with self.database.reading() as connection:
            payload = connection.execute(select(table.c.payload).where(*mine)).scalar()
        section = None if payload is None else read_point(kind.name, payload)
        return section if isinstance(section, kind) else None


def _of(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return tuple(sorted(effects, key=lambda one: (one.change.at, one.change.id)))


def _load(sums: _Sums) -> tuple[LoadHour, ...]:
    return tuple(
        LoadHour(at, tuple((kind, count / max(sums.samples[at], 1)) for kind, count in sorted(waits.items())))
        for at, waits in sorted(sums.load.items())
    )


def _life(one: Entry, end: datetime) -> AdviceLife:
    events = [each for each in one.events if each.at <= end]
    last = events[-1] if events else None
    state = Entry(one.cluster, one.recommendation, one.first_seen, one.last_seen, tuple(events)).state(end)
    return AdviceLife(one.recommendation, str(state), last.at if last else one.first_seen, last.reason if last else "")


def _unread(sums: _Sums, previous: Period) -> tuple[str, ...]:
    told = []
    hours = sorted(sums.hours)
    if not hours:
        told.append("no statement counters are kept for this time")
    elif hours[0] > previous.start + previous.length / 2:
        told.append(f"statement counters are kept from {hours[0]:%Y-%m-%d %H:%M} UTC on: the time before is not whole")
    if not sums.load:
        told.append("no samples of sessions are kept for this time")
    if not sums.sizes:
        told.append("no sizes of databases are kept for this time")
    return tuple(told)


def instances_of(database: Database) -> tuple[tuple[ClusterId, InstanceId], ...]:
    """Every server, and every cluster as the cloud sees it, that the file holds readings or judgements of. Raises HistoryError."""
    found: set[tuple[ClusterId, InstanceId]] = set()
    with database.reading() as connection:
        for table in (schema.latest, schema.judgements):
            rows = connection.execute(select(table.c.cluster, table.c.instance).distinct()).all()
            found |= {(ClusterId(row.cluster), InstanceId(row.instance)) for row in rows}
    return tuple(sorted(found))
