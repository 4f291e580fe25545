"""The ledger: what was found and advised, and what became of it. The state of a recommendation is the fold of its events (lives.py).

Invariants: events are only appended; a recommendation whose check could not look is never withdrawn; *applied* is observed, never claimed;
a dismissed recommendation and a finding that has nothing else to advise are left out of what is published.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, select

from tunewright_agent.history import judgements, schema
from tunewright_agent.history.codec import SnapshotError, dump, load
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.history.judgements import could_look, without
from tunewright_agent.history.lives import FOLLOWED, Entry, LedgerEvent, Life, NoSuchRecommendation, NotPossible, fold
from tunewright_agent.history.siblings import elsewhere
from tunewright_agent.history.stores.upsert import upsert
from tunewright_agent.state import Judgement
from tunewright_analyzers.effects.match import answers, stands, touches, undoes
from tunewright_analyzers.facts.effects import Change, Effect, Outcome
from tunewright_analyzers.facts.ids import ClusterId, FindingId, RecommendationId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.indexes.applied import is_applied
from tunewright_analyzers.recommendation import Recommendation

_log = structlog.get_logger("ledger")
LATE = timedelta(hours=2)
"""How long after a change of a cloud's resource its finding may still stand: facts are read at different intervals, trends by the hour."""


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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
            judgements.keep(connection, cluster, instance, judgement)
            others = elsewhere(connection, cluster, instance, at.timestamp())
            judgements.keep_findings(connection, cluster, judgement, others)
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

    def latest(self, at: datetime, clusters: frozenset[ClusterId] | None = None) -> Judgement | None:
        """The newest judgements of all instances as one, without what is dismissed; None where nothing was judged yet."""
        newest = sorted(
            (one.judgement for one in judgements.newest(self.database, clusters)), key=lambda one: one.judged_at
        )
        if not newest:
            return None
        booked = self.entries() if clusters is None else tuple(one for name in clusters for one in self.entries(name))
        dismissed = {one.recommendation.id for one in booked if one.state(at) is Life.DISMISSED}
        findings: dict[FindingId, Finding] = {one.id: one for each in newest for one in each.findings}
        advice: dict[RecommendationId, Recommendation] = {
            one.id: one for each in newest for one in each.recommendations
        }
        not_judged = dict.fromkeys(one for each in newest for one in each.not_judged)
        whole = Judgement(newest[0].judged_at, tuple(findings.values()), tuple(advice.values()), tuple(not_judged))
        return without(whole, dismissed)
