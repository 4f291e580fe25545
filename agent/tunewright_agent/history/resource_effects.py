"""Effects of changes of a cloud's resources, from what the ledger knows: whose advice they answer, which findings went, which came.

Called by the Follower; the judging itself is pure (analyzers' effects/factual).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from tunewright_agent.history import schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import FOLLOWED, Entry, Life
from tunewright_analyzers.effects.factual import BROUGHT, Answered, cost, is_news, judge
from tunewright_analyzers.effects.match import answers, touches, undoes
from tunewright_analyzers.facts.effects import Change, Effect
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Snapshot


def factual_effects(
    database: Database,
    cluster: ClusterId,
    due: Iterable[Change],
    last: Mapping[str, Effect],
    known: tuple[Change, ...],
    latest: Snapshot | None,
    now: datetime,
) -> Iterator[Effect]:
    """The effects that say something new. Raises HistoryError."""
    wanted = [one for one in due if not (one.id in last and last[one.id].is_final)]
    if not wanted:
        return
    entries, standing = Ledger(database).entries(cluster), _standing(database, cluster)
    for change in wanted:
        undone, before = next((one.at for one in known if undoes(one, change)), None), last.get(change.id)
        if undone is not None and before is not None:  # what it did is told as it was measured while it stood
            yield replace(before, undone_at=undone, measured_at=now, is_final=True)
            continue
        entry = _answered(change, entries)
        came = (
            f"{one.recommendation.check} ({one.recommendation.subject})"
            for one in entries
            if one is not entry and _came_with(one, change, now) and one.recommendation.finding in standing
        )
        answered = (
            None if entry is None else Answered(entry.recommendation, entry.recommendation.finding not in standing)
        )
        money = cost(change, latest) if latest is not None else None
        found = judge(change, answered, came, money, undone, now)
        if is_news(found, before):
            yield found


def _answered(change: Change, entries: tuple[Entry, ...]) -> Entry | None:
    """The advice that it followed: to the letter, or another way that made the ledger say *applied* on its account."""
    before = [one for one in entries if one.first_seen <= change.at]
    exact = [one for one in before if answers(change, one.recommendation)]
    other = [
        one
        for one in before
        if touches(change, one.recommendation)
        and any(event.state in FOLLOWED and event.reason.endswith(str(change)) for event in one.events)
    ]
    return max(exact or other, key=lambda one: one.last_seen, default=None)


def _came_with(entry: Entry, change: Change, now: datetime) -> bool:
    """Whether its advice speaks of the field that changed, and was opened just then."""
    if not touches(change, entry.recommendation) or entry.state(now) is not Life.OPEN:
        return False
    opened = max((event.at for event in entry.events if event.state is Life.OPEN), default=entry.first_seen)
    return change.at <= opened <= change.at + BROUGHT


def _standing(database: Database, cluster: ClusterId) -> frozenset[str]:
    """Ids of the findings that stand."""
    table = schema.findings
    with database.reading() as connection:
        rows = connection.execute(select(table.c.id).where(table.c.cluster == cluster, table.c.resolved_at.is_(None)))
        return frozenset(rows.scalars().all())
