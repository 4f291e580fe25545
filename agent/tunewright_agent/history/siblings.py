"""What the other instances of a cluster said last: no instance resolves a finding, or withdraws advice, of another. Used by the ledger."""

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, load
from tunewright_agent.history.database import unpacked
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import ClusterId, FindingId, RecommendationId
from tunewright_analyzers.finding import NotJudged

_log = structlog.get_logger("ledger")
FORGOTTEN_SECONDS = 86400.0
"""An instance that was judged so long ago is watched no more."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What stands at the other instances."""

    findings: frozenset[FindingId]
    recommendations: frozenset[RecommendationId]
    not_judged: tuple[NotJudged, ...]


def elsewhere(connection: Connection, cluster: ClusterId, instance: str, at: float) -> Elsewhere:
    """The newest judgements of all instances of the cluster but that one."""
    table = schema.judgements
    mine = (table.c.cluster == cluster, table.c.instance != instance, table.c.taken_at >= at - FORGOTTEN_SECONDS)
    judgements = []
    for row in connection.execute(select(table.c.instance, table.c.payload).where(*mine)).all():
        try:
            judgements.append(load(Judgement, unpacked(row.payload)))
        except SnapshotError as error:
            _log.warning("judgement_unreadable", instance=row.instance, reason=str(error))
    return Elsewhere(
        frozenset(one.id for each in judgements for one in each.findings),
        frozenset(one.id for each in judgements for one in each.recommendations),
        tuple(one for each in judgements for one in each.not_judged),
    )
