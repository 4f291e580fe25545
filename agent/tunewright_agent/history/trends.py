"""What the judgement of regressions asks of the history: statements and sampled sessions point by point, plans by statement, waits by
statement. Reads only.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import Database, unpacked
from tunewright_agent.history.deltas import merge
from tunewright_agent.history.points import read_point
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.regressions.series import Work
from tunewright_analyzers.regressions.sessions import Sampled


@dataclass(frozen=True, slots=True)
class StatementPoint:
    """One stored delta: what ran in its period, less our own statements, nested ones and utilities."""

    period: Period
    works: tuple[Work, ...]
    was_reset: bool
    evicted: int


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """One shape of a statement's plan, with the times between which it was seen."""

    first_seen: datetime
    last_seen: datetime
    plan: StatementPlan


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Trends:
    """Of one History's file. Every method raises HistoryError where the file cannot be read."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def ends(
        self, cluster: ClusterId, instance: InstanceId, section: str, after: float, upto: float
    ) -> tuple[float, ...]:
        """When the points of a section end, within (after, upto]; newest first."""
        table = schema.deltas
        mine = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == section)
        wanted = select(table.c.end).where(*mine, table.c.end > after, table.c.end <= upto).distinct()
        with self.database.reading() as connection:
            return tuple(connection.execute(wanted.order_by(table.c.end.desc())).scalars())

    def points(self, cluster: ClusterId, instance: InstanceId, ends: Collection[float]) -> Iterator[StatementPoint]:
        """The points that end at these times; one that cannot be read is left out."""
        for period, payload in self._payloads(cluster, instance, Statements.name, ends):
            point = _point(period, payload)
            if point is not None:
                yield point

    def sampled(self, cluster: ClusterId, instance: InstanceId, ends: Collection[float]) -> Iterator[Sampled]:
        """Likewise of sampled sessions: how many were active, by what they waited for."""
        for period, payload in self._payloads(cluster, instance, ActiveSessions.name, ends):
            point = _sampled(period, payload)
            if point is not None:
                yield point

    def _payloads(
        self, cluster: ClusterId, instance: InstanceId, section: str, ends: Collection[float]
    ) -> Iterator[tuple[Period, bytes]]:
        table = schema.deltas
        mine = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == section)
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table.c.start, table.c.end, table.c.payload).where(*mine, table.c.end.in_(ends))
            ).all()
        yield from ((Period(_at(row.start), _at(row.end)), row.payload) for row in rows)

    def sessions(
        self, cluster: ClusterId, instance: InstanceId, start: datetime, end: datetime
    ) -> ActiveSessions | None:
        """The load that was sampled between two times; None where nothing was."""
        table = schema.deltas
        mine = (table.c.cluster == cluster, table.c.instance == instance, table.c.section == ActiveSessions.name)
        within = (table.c.end > start.timestamp(), table.c.end <= end.timestamp())
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.payload).where(*mine, *within).order_by(table.c.end)).scalars()
            payloads = rows.all()
        found = [one for one in (read_point(ActiveSessions.name, payload) for payload in payloads) if one is not None]
        whole = merge(found) if found else None
        return whole if isinstance(whole, ActiveSessions) else None

    def plans(self, cluster: ClusterId, statement: StatementId, database: str) -> tuple[SeenPlan, ...]:
        """Shapes of a statement's plan, by the time they were first seen."""
        table = schema.plans
        mine = (table.c.cluster == cluster, table.c.statement == statement, table.c.database.in_((database, "")))
        with self.database.reading() as connection:
            rows = connection.execute(select(table).where(*mine).order_by(table.c.first_seen)).all()
        found = []
        for row in rows:
            section = read_point(Plans.name, row.payload)
            if isinstance(section, Plans) and section.rows and section.rows[0].origin is not PlanOrigin.SAMPLE:
                found.append(SeenPlan(_at(row.first_seen), _at(row.last_seen), section.rows[0]))
        return tuple(found)


def _point(period: Period, payload: bytes) -> StatementPoint | None:
    """Only what is counted here is taken of the JSON: building a thousand Statements costs ten times as much."""
    try:
        body: dict[str, Any] = from_json(unpacked(payload))
        rows, coverage = body["rows"], body["coverage"]
        works = tuple(_work(row) for row in rows if _counts(row))
        return StatementPoint(period, works, bool(coverage.get("was_reset")), int(coverage.get("evicted") or 0))
    except (SnapshotError, ValueError, KeyError, TypeError):
        return None  # store and upkeep tell of it; here it only leaves a hole


def _sampled(period: Period, payload: bytes) -> Sampled | None:
    """As _point."""
    try:
        body: dict[str, Any] = from_json(unpacked(payload))
        by_wait: dict[str, int] = {}
        for row in body["rows"]:
            by_wait[row["wait_type"]] = by_wait.get(row["wait_type"], 0) + int(row["samples"])
        return Sampled(period, int(body["samples"]), by_wait)
    except (SnapshotError, ValueError, KeyError, TypeError):
        return None


def _counts(row: dict[str, Any]) -> bool:
    return bool(row["calls"] > 0 and row["key"]["toplevel"] and not row["own"] and row["kind"] != "utility")


def _work(row: dict[str, Any]) -> Work:
    key = (str(row["key"]["database"]), StatementId(row["id"]))
    return Work(key, row["calls"], row["exec_seconds"], row["rows"])
