"""The ledger: what was found and advised, and what became of it. The state of a recommendation is the fold of its events.

        judged            seen in the catalogue        measured
    open ------> open ----------------------> applied ----------> verified (the promise was kept) | hurt
     |  \\                                        |                    |
     |   `--> withdrawn (no longer advised)      `--------------------`--> reverted (taken back) --> open (advised again)
     |            |
     |            `--> open (advised again)
     `--> dismissed (by a person, with a reason, perhaps until a day) --> open (the day has come, or a person reopened it)

Whatever the catalogue shows to be applied is not opened again; what it does not show, and is advised, is.

Invariants: events are only appended; a recommendation whose check could not look is never withdrawn; *applied* is observed, never claimed;
a finding whose check could not look is never resolved; a dismissed recommendation and a finding that has nothing else to advise
are left out of what is published; a person dismisses what is open and reopens what is dismissed, nothing else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import Connection, select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, dump, load
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.history.siblings import Elsewhere, elsewhere
from tunewright_agent.history.stores.upsert import insert, upsert
from tunewright_agent.state import Judgement
from tunewright_analyzers.effects.match import answers, stands, touches, undoes
from tunewright_analyzers.facts.effects import Change, Effect, Outcome
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, InstanceId, RecommendationId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.indexes.applied import is_applied
from tunewright_analyzers.recommendation import Recommendation

_log = structlog.get_logger("ledger")
FORGOTTEN = timedelta(days=1)
"""An instance that was judged so long before its cluster's newest is watched no more (it was renamed, or failed over)."""

LATE = timedelta(hours=2)
"""How long after a change of a cloud's resource its finding may still stand: facts are read at different intervals, trends by the hour."""


class Life(StrEnum):
    """Where a recommendation stands."""

    OPEN = "open"
    APPLIED = "applied"
    VERIFIED = "verified"
    HURT = "hurt"
    REVERTED = "reverted"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


FOLLOWED = frozenset({Life.APPLIED, Life.VERIFIED, Life.HURT})
"""The change was made and stands."""


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


class NotPossible(ValueError):
    """What a person asked for does not fit the recommendation's state, or lacks a reason, or lies in the past."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest judgement of one instance, as it was made (what is dismissed included)."""

    cluster: ClusterId
    instance: InstanceId
    judgement: Judgement


def fold(events: Iterable[LedgerEvent], at: datetime) -> Life:
    """The state after these events; a dismissal ends where its day has come."""
    state = Life.OPEN
    for event in events:
        over = event.state is Life.DISMISSED and event.until is not None and event.until <= at
        state = Life.OPEN if over else event.state
    return state


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def could_look(check: CheckId, database: str | None, not_judged: Iterable[NotJudged]) -> bool:
    """Whether a check judged the place it is about; a finding about the whole server is only judged where all of it was."""
    return not any(
        gap.check == check and (gap.subject.kind in {"cluster", "instance"} or database in {None, gap.subject.name})
        for gap in not_judged
    )


class Ledger:
    """The ledger in one history file. Every method raises HistoryError where the file cannot be used."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def judged(
        self, cluster: ClusterId, instance: str, judgement: Judgement, window: Window, changes: tuple[Change, ...] = ()
    ) -> Judgement:
        """Book a judgement: what is new opens, what is no longer advised was applied (also by one of `changes`) or is withdrawn.

        The answer is the judgement without what a person dismissed.
        """
        at = judgement.judged_at
        with self.database.transaction() as connection:
            self._keep_judgement(connection, cluster, instance, judgement)
            others = elsewhere(connection, cluster, instance, at.timestamp())
            self._keep_findings(connection, cluster, judgement, others)
            lives = self._lives(connection, cluster)
            rows = [
                {"cluster": cluster, "id": one.id, "first_seen": at.timestamp(), "last_seen": at.timestamp(),
                 "payload": packed(dump(Recommendation, one))}
                for one in judgement.recommendations
            ]  # fmt: skip
            upsert(connection, schema.recommendations, ("cluster", "id"), rows, keep=("first_seen",))
            for one in judgement.recommendations:
                self._advised(connection, cluster, one, lives.get((cluster, one.id), []), at, window)
            known = {entry.recommendation.id: entry for entry in self._entries(connection, cluster)}
            advised = {one.id for one in judgement.recommendations}
            for identity, entry in known.items():
                if identity not in advised | others.recommendations and entry.state(at) is Life.OPEN:
                    blind = (*judgement.not_judged, *others.not_judged)
                    self._no_longer(connection, entry, replace(judgement, not_judged=blind), window, changes)
        dismissed = {identity for identity, entry in known.items() if entry.state(at) is Life.DISMISSED}
        return without(judgement, dismissed)

    def _advised(
        self,
        connection: Connection,
        cluster: ClusterId,
        one: Recommendation,
        events: list[LedgerEvent],
        at: datetime,
        window: Window,
    ) -> None:
        if not events:
            self._append(connection, cluster, LedgerEvent(one.id, Life.OPEN, at, "tunewright", "found"))
        elif (state := fold(events, at)) in {Life.WITHDRAWN, Life.REVERTED} or (
            state in FOLLOWED and not is_applied(one, window) and not stands(one, window.latest)
        ):
            self._append(connection, cluster, LedgerEvent(one.id, Life.OPEN, at, "tunewright", "found again"))

    def _no_longer(
        self,
        connection: Connection,
        entry: Entry,
        judgement: Judgement,
        window: Window,
        changes: tuple[Change, ...],
    ) -> None:
        one, at = entry.recommendation, judgement.judged_at
        begun = max(entry.first_seen, entry.last_seen - LATE)
        instead = next((row for row in reversed(changes) if begun <= row.at and touches(row, one)), None)
        if is_applied(one, window):
            event = LedgerEvent(one.id, Life.APPLIED, at, "tunewright", "seen in the catalogue")
        elif stands(one, window.latest):
            event = LedgerEvent(one.id, Life.APPLIED, at, "tunewright", "seen in the cloud's configuration")
        elif instead is not None and could_look(one.check, one.subject.database, judgement.not_judged):
            event = LedgerEvent(
                one.id, Life.APPLIED, at, "tunewright", f"what it asked for went another way: {instead}"
            )
        elif could_look(one.check, one.subject.database, judgement.not_judged):
            event = LedgerEvent(one.id, Life.WITHDRAWN, at, "tunewright", "no longer advised")
        else:
            return
        self._append(connection, entry.cluster, event)

    def seen(self, cluster: ClusterId, change: Change, known: Iterable[Change]) -> None:
        """A change was seen: what advised it is applied now, what it takes back is reverted. Whether a person had dismissed it is no matter."""
        undone = [one for one in known if undoes(change, one)]
        with self.database.transaction() as connection:
            for entry in self._entries(connection, cluster):
                one, state = entry.recommendation, entry.state(change.at)
                if state in FOLLOWED and any(answers(each, one) for each in undone):
                    event = LedgerEvent(one.id, Life.REVERTED, change.at, "tunewright", f"taken back: {change}")
                elif state not in FOLLOWED and entry.first_seen <= change.at and answers(change, one):
                    event = LedgerEvent(one.id, Life.APPLIED, change.at, "tunewright", f"seen: {change}")
                else:
                    continue
                self._append(connection, cluster, event)

    def measured(self, cluster: ClusterId, effect: Effect) -> None:
        """What an applied recommendation did was measured: it is verified, or it hurt; or it stays applied and only the effect says why."""
        to = Life.HURT if effect.outcome is Outcome.HURT else Life.VERIFIED if effect.kept else None
        if effect.recommendation is None or to is None:
            return
        with self.database.transaction() as connection:
            events = self._lives(connection, cluster).get((cluster, effect.recommendation), [])
            state = fold(events, effect.measured_at)
            if state in FOLLOWED and state is not to:
                event = LedgerEvent(
                    effect.recommendation, to, effect.measured_at, "tunewright", f"measured: {effect.because}"
                )
                self._append(connection, cluster, event)

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
    def _lives(connection: Connection, cluster: ClusterId | None) -> dict[tuple[str, str], list[LedgerEvent]]:
        """Every recommendation's events, oldest first, by (cluster, id)."""
        table = schema.ledger
        wanted = select(table).order_by(table.c.id)
        lives: dict[tuple[str, str], list[LedgerEvent]] = {}
        for row in connection.execute(wanted if cluster is None else wanted.where(table.c.cluster == cluster)):
            until = None if row.until is None else _at(row.until)
            event = LedgerEvent(
                RecommendationId(row.recommendation), Life(row.state), _at(row.at), row.by, row.reason, until
            )
            lives.setdefault((row.cluster, row.recommendation), []).append(event)
        return lives

    @staticmethod
    def _keep_judgement(connection: Connection, cluster: ClusterId, instance: str, judgement: Judgement) -> None:
        values = {"taken_at": judgement.judged_at.timestamp(), "payload": packed(dump(Judgement, judgement))}
        statement = insert(connection, schema.judgements).values(cluster=cluster, instance=instance, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "instance"], set_=values))

    @staticmethod
    def _keep_findings(connection: Connection, cluster: ClusterId, judgement: Judgement, others: Elsewhere) -> None:
        table, at = schema.findings, judgement.judged_at.timestamp()
        rows = [
            {"cluster": cluster, "id": one.id, "check": one.check, "database": one.subject.database, "first_seen": at,
             "last_seen": at, "resolved_at": None}
            for one in judgement.findings
        ]  # fmt: skip
        upsert(connection, table, ("cluster", "id"), rows, keep=("first_seen", "check", "database"))
        told = [
            {"cluster": cluster, "id": one.id, "severity": one.severity.value, "subject": str(one.subject),
             "summary": one.summary}
            for one in judgement.findings
        ]  # fmt: skip
        upsert(connection, schema.finding_texts, ("cluster", "id"), told)
        found = {*(one.id for one in judgement.findings), *others.findings}
        blind = (*judgement.not_judged, *others.not_judged)
        standing = select(table.c.id, table.c.check, table.c.database).where(
            table.c.cluster == cluster, table.c.resolved_at.is_(None)
        )
        gone = [
            row.id
            for row in connection.execute(standing).all()
            if row.id not in found and could_look(CheckId(row.check), row.database, blind)
        ]
        if gone:
            mine = (table.c.cluster == cluster, table.c.id.in_(gone))
            connection.execute(table.update().where(*mine).values(resolved_at=at))

    def _entries(self, connection: Connection, cluster: ClusterId | None) -> Iterator[Entry]:
        table = schema.recommendations
        wanted = select(table).order_by(table.c.cluster, table.c.first_seen, table.c.id)
        rows = connection.execute(wanted if cluster is None else wanted.where(table.c.cluster == cluster)).all()
        lives = self._lives(connection, cluster)
        for row in rows:
            try:
                one = load(Recommendation, unpacked(row.payload))
            except SnapshotError as error:  # its events stay: advised again, it is itself again
                _log.warning("recommendation_unreadable", id=row.id, reason=str(error))
                continue
            events = tuple(lives.get((row.cluster, row.id), ()))
            yield Entry(ClusterId(row.cluster), one, _at(row.first_seen), _at(row.last_seen), events)

    def entries(self, cluster: ClusterId | None = None) -> tuple[Entry, ...]:
        """Every recommendation ever made, oldest first."""
        with self.database.reading() as connection:
            return tuple(self._entries(connection, cluster))

    def find(self, identity: str) -> Entry:
        """The recommendation with that id or unique beginning of an id. Raises NoSuchRecommendation."""
        table = schema.recommendations
        where = table.c.id.startswith(identity, autoescape=True)
        with self.database.reading() as connection:
            clusters = connection.execute(select(table.c.cluster).where(where).distinct()).scalars().all()
        entries = [one for name in sorted(clusters) for one in self.entries(ClusterId(name))]
        begin = [one for one in entries if identity and one.recommendation.id.startswith(identity)]
        found = [one for one in begin if one.recommendation.id == identity] or begin
        if len(found) != 1:
            some = ", ".join(one.recommendation.id for one in found[:4]) + (", …" if len(found) > 4 else "")
            raise NoSuchRecommendation(
                f"{len(found)} recommendations begin with '{identity}' ({some})"
                if found
                else f"no recommendation has the id '{identity}'"
            )
        return found[0]

    def dismiss(self, identity: str, by: str, reason: str, at: datetime, until: datetime | None = None) -> Entry:
        """Leave an open recommendation out from now on (until a day). Dismissing again changes reason and day.

        Raises NoSuchRecommendation; NotPossible without a reason, with a day in the past, or where it is applied or withdrawn.
        """
        if not reason.strip():
            raise NotPossible("a dismissal needs a reason")
        if until is not None and until <= at:
            raise NotPossible(f"{until:%Y-%m-%d %H:%M} UTC is in the past")
        return self._booked(identity, {Life.OPEN, Life.DISMISSED}, Life.DISMISSED, by, reason.strip(), at, until)

    def reopen(self, identity: str, by: str, at: datetime) -> Entry:
        """Take a dismissal back. Raises NoSuchRecommendation; NotPossible where it is not dismissed."""
        return self._booked(identity, {Life.DISMISSED}, Life.OPEN, by, "reopened", at)

    def _booked(
        self, identity: str, of: set[Life], to: Life, by: str, reason: str, at: datetime, until: datetime | None = None
    ) -> Entry:
        entry = self.find(identity)
        event = LedgerEvent(entry.recommendation.id, to, at, by, reason, until)
        with self.database.transaction() as connection:
            events = tuple(self._lives(connection, entry.cluster).get((entry.cluster, entry.recommendation.id), ()))
            state = fold(events, at)
            if state not in of:
                raise NotPossible(f"{entry.recommendation.id} is {state}, not {' or '.join(sorted(of))}")
            self._append(connection, entry.cluster, event)
        return replace(entry, events=(*events, event))

    def newest(self, clusters: frozenset[ClusterId] | None = None) -> tuple[Judged, ...]:
        """The newest judgement of every instance (of those clusters) that is still watched. Raises SnapshotError for an unreadable one."""
        table = schema.judgements
        wanted = select(table).order_by(table.c.cluster, table.c.instance)
        if clusters is not None:  # a shared store holds those of the whole fleet
            wanted = wanted.where(table.c.cluster.in_(sorted(clusters)))
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        last: dict[str, float] = {}
        for row in rows:
            last[row.cluster] = max(row.taken_at, last.get(row.cluster, row.taken_at))
        return tuple(
            Judged(ClusterId(row.cluster), InstanceId(row.instance), load(Judgement, unpacked(row.payload)))
            for row in rows
            if last[row.cluster] - row.taken_at <= FORGOTTEN.total_seconds()
        )

    def latest(self, at: datetime, clusters: frozenset[ClusterId] | None = None) -> Judgement | None:
        """The newest judgements of all instances as one, without what is dismissed; None where nothing was judged yet."""
        judgements = sorted((one.judgement for one in self.newest(clusters)), key=lambda one: one.judged_at)
        if not judgements:
            return None
        booked = self.entries() if clusters is None else tuple(one for name in clusters for one in self.entries(name))
        dismissed = {one.recommendation.id for one in booked if one.state(at) is Life.DISMISSED}
        findings: dict[FindingId, Finding] = {one.id: one for each in judgements for one in each.findings}
        advice: dict[RecommendationId, Recommendation] = {
            one.id: one for each in judgements for one in each.recommendations
        }
        not_judged = dict.fromkeys(one for each in judgements for one in each.not_judged)
        whole = Judgement(judgements[0].judged_at, tuple(findings.values()), tuple(advice.values()), tuple(not_judged))
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
