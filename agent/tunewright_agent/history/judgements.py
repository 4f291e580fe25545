"""Judgements as they were made, the newest of each instance, and the findings that stand. Written and read by the ledger.

A finding whose check could not look is never resolved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection, select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import dump, load
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.history.siblings import Elsewhere
from tunewright_agent.history.stores.upsert import insert, upsert
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import CheckId, ClusterId, InstanceId, RecommendationId
from tunewright_analyzers.finding import NotJudged

FORGOTTEN = timedelta(days=1)
"""An instance that was judged so long before its cluster's newest is watched no more (it was renamed, or failed over)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest judgement of one instance, as it was made (what is dismissed included)."""

    cluster: ClusterId
    instance: InstanceId
    judgement: Judgement


def could_look(check: CheckId, database: str | None, not_judged: Iterable[NotJudged]) -> bool:
    """Whether a check judged the place it is about; a finding about the whole server is only judged where all of it was."""
    return not any(
        gap.check == check and (gap.subject.kind in {"cluster", "instance"} or database in {None, gap.subject.name})
        for gap in not_judged
    )


def keep(connection: Connection, cluster: ClusterId, instance: str, judgement: Judgement) -> None:
    """In the place of the one before."""
    values = {"taken_at": judgement.judged_at.timestamp(), "payload": packed(dump(Judgement, judgement))}
    statement = insert(connection, schema.judgements).values(cluster=cluster, instance=instance, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["cluster", "instance"], set_=values))


def keep_findings(connection: Connection, cluster: ClusterId, judgement: Judgement, others: Elsewhere) -> None:
    """What is found stands; what is no longer found, by a check that could look, is resolved."""
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


def newest(database: Database, clusters: frozenset[ClusterId] | None = None) -> tuple[Judged, ...]:
    """The newest judgement of every instance (of those clusters) that is still watched. Raises SnapshotError for an unreadable one."""
    table = schema.judgements
    wanted = select(table).order_by(table.c.cluster, table.c.instance)
    if clusters is not None:  # a shared store holds those of the whole fleet
        wanted = wanted.where(table.c.cluster.in_(sorted(clusters)))
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    last: dict[str, float] = {}
    for row in rows:
        last[row.cluster] = max(row.taken_at, last.get(row.cluster, row.taken_at))
    return tuple(
        Judged(ClusterId(row.cluster), InstanceId(row.instance), load(Judgement, unpacked(row.payload)))
        for row in rows
        if last[row.cluster] - row.taken_at <= FORGOTTEN.total_seconds()
    )


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
