"""The ledger: what was found and advised, and what became of it. The state of a recommendation is the fold of its events.

        judged            seen in the catalogue
    open ------> open ----------------------> applied
     |  \\                                        |
     |   `--> withdrawn (no longer advised)      `--> open (advised again: it was undone)
     |            |
     |            `--> open (advised again)
     `--> dismissed (by a person, with a reason, perhaps until a day) --> open (the day has come)

Invariants: events are only appended; a recommendation whose check could not look is never withdrawn; *applied* is observed, never claimed;
a dismissed recommendation and a finding that has nothing else to advise are left out of what is published.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from tunewright_agent.history import schema
from tunewright_agent.history.codec import dump, load
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import ClusterId, RecommendationId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import NotJudged
from tunewright_analyzers.indexes.applied import is_applied
from tunewright_analyzers.recommendation import Recommendation


class Life(StrEnum):
    """Where a recommendation stands."""

    OPEN = "open"
    APPLIED = "applied"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One thing that happened to a recommendation. `until` only with dismissals: when it comes back."""

    recommendation: RecommendationId
    state: Life
    at: datetime
    by: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A recommendation with its whole life, oldest event first."""

    cluster: ClusterId
    recommendation: Recommendation
    first_seen: datetime
    last_seen: datetime
    events: tuple[LedgerEvent, ...]

    def state(self, at: datetime) -> Life:
        """Its state at that time."""
        return fold(self.events, at)


class NoSuchRecommendation(LookupError):
    """No recommendation has that id (or more than one begins with it)."""


def fold(events: Iterable[LedgerEvent], at: datetime) -> Life:
    """The state after these events; a dismissal ends where its day has come."""
    state = Life.OPEN
    for event in events:
        over = event.state is Life.DISMISSED and event.until is not None and event.until <= at
        state = Life.OPEN if over else event.state
    return state


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _could_look(one: Recommendation, not_judged: Iterable[NotJudged]) -> bool:
    """Whether its check judged the place it is about."""
    return not any(
        gap.check == one.check
        and (gap.subject.kind in {"cluster", "instance"} or gap.subject.name == one.subject.database)
        for gap in not_judged
    )


class Ledger:
    """The ledger in one history file. Every method raises HistoryError where the file cannot be used."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def judged(self, cluster: ClusterId, instance: str, judgement: Judgement, window: Window) -> Judgement:
        """Book a judgement: what is new opens, what is no longer advised was applied or is withdrawn.

        The answer is the judgement without what a person dismissed.
        """
        at = judgement.judged_at
        with self.database.transaction() as connection:
            self._keep_judgement(connection, cluster, instance, judgement)
            self._keep_findings(connection, cluster, judgement)
            for one in judgement.recommendations:
                self._advised(connection, cluster, one, at)
            known = {entry.recommendation.id: entry for entry in self._entries(connection, cluster)}
            advised = {one.id for one in judgement.recommendations}
            for identity, entry in known.items():
                if identity not in advised and entry.state(at) is Life.OPEN:
                    self._no_longer(connection, entry, judgement, window)
        dismissed = {identity for identity, entry in known.items() if entry.state(at) is Life.DISMISSED}
        return without(judgement, dismissed)

    def _advised(self, connection: Connection, cluster: ClusterId, one: Recommendation, at: datetime) -> None:
        table = schema.recommendations
        values = {"last_seen": at.timestamp(), "payload": packed(dump(Recommendation, one))}
        statement = insert(table).values(cluster=cluster, id=one.id, first_seen=at.timestamp(), **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "id"], set_=values))
        events = self._events(connection, cluster, one.id)
        if not events:
            self._append(connection, cluster, LedgerEvent(one.id, Life.OPEN, at, "tunewright", "found"))
        elif fold(events, at) in {Life.WITHDRAWN, Life.APPLIED}:
            self._append(connection, cluster, LedgerEvent(one.id, Life.OPEN, at, "tunewright", "found again"))

    def _no_longer(self, connection: Connection, entry: Entry, judgement: Judgement, window: Window) -> None:
        one, at = entry.recommendation, judgement.judged_at
        if is_applied(one, window):
            event = LedgerEvent(one.id, Life.APPLIED, at, "tunewright", "seen in the catalogue")
        elif _could_look(one, judgement.not_judged):
            event = LedgerEvent(one.id, Life.WITHDRAWN, at, "tunewright", "no longer advised")
        else:
            return
        self._append(connection, entry.cluster, event)

    @staticmethod
    def _append(connection: Connection, cluster: ClusterId, event: LedgerEvent) -> None:
        connection.execute(
            schema.ledger.insert().values(
                cluster=cluster,
                recommendation=event.recommendation,
                state=event.state.value,
                at=event.at.timestamp(),
                by=event.by,
                reason=event.reason,
                until=event.until.timestamp() if event.until else None,
            )
        )

    @staticmethod
    def _events(connection: Connection, cluster: ClusterId, identity: str) -> tuple[LedgerEvent, ...]:
        table = schema.ledger
        wanted = (table.c.cluster == cluster, table.c.recommendation == identity)
        rows = connection.execute(select(table).where(*wanted).order_by(table.c.id)).all()
        return tuple(
            LedgerEvent(
                RecommendationId(row.recommendation),
                Life(row.state),
                _at(row.at),
                row.by,
                row.reason,
                None if row.until is None else _at(row.until),
            )
            for row in rows
        )

    @staticmethod
    def _keep_judgement(connection: Connection, cluster: ClusterId, instance: str, judgement: Judgement) -> None:
        values = {"taken_at": judgement.judged_at.timestamp(), "payload": packed(dump(Judgement, judgement))}
        statement = insert(schema.judgements).values(cluster=cluster, instance=instance, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "instance"], set_=values))

    @staticmethod
    def _keep_findings(connection: Connection, cluster: ClusterId, judgement: Judgement) -> None:
        table, at = schema.findings, judgement.judged_at.timestamp()
        for one in judgement.findings:
            values = {"last_seen": at, "resolved_at": None}
            statement = insert(table).values(cluster=cluster, id=one.id, first_seen=at, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "id"], set_=values))
        gone = (table.c.cluster == cluster, table.c.last_seen < at, table.c.resolved_at.is_(None))
        connection.execute(table.update().where(*gone).values(resolved_at=at))

    def _entries(self, connection: Connection, cluster: ClusterId | None) -> Iterator[Entry]:
        table = schema.recommendations
        wanted = select(table).order_by(table.c.cluster, table.c.first_seen, table.c.id)
        rows = connection.execute(wanted if cluster is None else wanted.where(table.c.cluster == cluster)).all()
        for row in rows:
            yield Entry(
                ClusterId(row.cluster),
                load(Recommendation, unpacked(row.payload)),
                _at(row.first_seen),
                _at(row.last_seen),
                self._events(connection, ClusterId(row.cluster), row.id),
            )

    def entries(self, cluster: ClusterId | None = None) -> tuple[Entry, ...]:
        """Every recommendation ever made, oldest first."""
        with self.database.transaction() as connection:
            return tuple(self._entries(connection, cluster))

    def find(self, identity: str) -> Entry:
        """The recommendation with that id or unique beginning of an id. Raises NoSuchRecommendation."""
        found = [one for one in self.entries() if one.recommendation.id.startswith(identity)]
        if len(found) != 1:
            how = (
                f"{len(found)} recommendations begin with '{identity}'" if found else f"no recommendation '{identity}'"
            )
            raise NoSuchRecommendation(how)
        return found[0]

    def dismiss(self, identity: str, by: str, reason: str, at: datetime, until: datetime | None = None) -> Entry:
        """Leave a recommendation out from now on (until a day). Raises NoSuchRecommendation, ValueError without a reason."""
        if not reason.strip():
            raise ValueError("a dismissal needs a reason")
        entry = self.find(identity)
        event = LedgerEvent(entry.recommendation.id, Life.DISMISSED, at, by, reason.strip(), until)
        with self.database.transaction() as connection:
            self._append(connection, entry.cluster, event)
        return replace(entry, events=(*entry.events, event))

    def latest(self, at: datetime) -> Judgement | None:
        """The newest judgements of all instances as one, without what is dismissed; None where nothing was judged yet."""
        with self.database.transaction() as connection:
            rows = connection.execute(select(schema.judgements.c.payload)).all()
        judgements = [load(Judgement, unpacked(row.payload)) for row in rows]
        if not judgements:
            return None
        dismissed = {one.recommendation.id for one in self.entries() if one.state(at) is Life.DISMISSED}
        whole = Judgement(
            min(one.judged_at for one in judgements),
            tuple(each for one in judgements for each in one.findings),
            tuple(each for one in judgements for each in one.recommendations),
            tuple(each for one in judgements for each in one.not_judged),
        )
        return without(whole, dismissed)


def without(judgement: Judgement, dismissed: set[RecommendationId]) -> Judgement:
    """The judgement without those recommendations, and without findings that have no other advice."""
    silenced = {one.finding for one in judgement.recommendations if one.id in dismissed}
    kept = tuple(one for one in judgement.recommendations if one.id not in dismissed)
    silenced -= {one.finding for one in kept}
    return replace(
        judgement,
        findings=tuple(one for one in judgement.findings if one.id not in silenced),
        recommendations=kept,
    )
