"""`indexes/unused`: reads Indexes; says which indexes nobody has scanned since the server began to count."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.indexes.existing import makes_redundant, same
from tunewright_analyzers.indexes.removal import counted, removal, serves_a_foreign_key
from tunewright_analyzers.recommendation import Action

_DAY = 86_400.0
_GIGABYTE = 2**30


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long and how large before an index without scans is worth a word."""

    least_days: float = threshold(7.0, "days", "days that scans must have been counted: month-end work comes late")
    least_bytes: float = threshold(1_048_576, "bytes", "size from which the index is reported")
    most_scans: float = threshold(0, "count", "scans up to which an index counts as unused")


def _is_guard(index: Index) -> bool:
    """Whether the index does something else than serve reads: keys, exclusion, replica identity."""
    return (
        index.is_unique
        or index.is_primary
        or index.is_exclusion
        or index.is_replica_identity
        or index.constraint is not None
    )


def _has_twin(index: Index, rows: tuple[Index, ...]) -> bool:
    """Whether another index is its duplicate, or one makes the other redundant: those checks say which of the two may go, and only one may."""
    beside = [
        one for one in rows if one.table == index.table and one.name != index.name and one.is_valid and one.is_visible
    ]
    return any(same(one, index) or makes_redundant(one, index) or makes_redundant(index, one) for one in beside)


def _caution(index: Index, supports: bool) -> str:
    text = "Look at every standby too: scans are counted on each server by itself, and only this one was read."
    if supports:
        text += " It supports a foreign key: a DELETE or key UPDATE on the referenced table would read the whole table without it."
    if index.is_clustered:
        text += " The table was clustered on it: CLUSTER without an index name will fail."
    return text


@check(needs=(Indexes,), thresholds=Thresholds)
def unused(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Indexes that every write maintains and no query has scanned.

    Risk: each costs disk, cache, WAL and vacuum time, and may keep updates from being HOT.
    Evidence: pg_stat_all_indexes.idx_scan since the statistics reset, the size; unique, constraint and replica-identity indexes are left out.
    Remedy: DROP INDEX CONCURRENTLY, with its definition kept as the rollback; on MySQL INVISIBLE first (MariaDB: IGNORED).
    An index that is the duplicate of another, or makes one redundant, is left to those checks: only one of the two may go.
    False positives: work that comes less often than the counters are old, reads on standbys, indexes that only give the planner statistics.
    """
    indexes = context.window.whole(Indexes)
    limits = context.thresholds
    if indexes.counted_since is None:
        yield NotJudged(
            context.check, Subject("cluster", context.window.cluster), "it is not known since when scans are counted"
        )
        return
    days = (context.window.end - indexes.counted_since).total_seconds() / _DAY
    if days < limits.least_days:
        because = f"scans are counted for {days:.1f} days only, {limits.least_days:g} are needed before 'unused' means something"
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
        return
    if indexes.replicas_unread:
        because = (
            f"standbys may scan what this server does not, and were not read: {', '.join(indexes.replicas_unread)}"
        )
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
        return
    schema = context.window.section(Schema)
    for index in indexes.rows:
        if _is_guard(index) or not index.is_valid or not index.is_visible or index.parent is not None:
            continue
        if index.scans > limits.most_scans or index.size_bytes < limits.least_bytes:
            continue
        if index.last_scan is not None and index.last_scan >= indexes.counted_since:
            continue
        if _has_twin(index, indexes.rows):
            continue
        yield from _verdicts(context, index, days, serves_a_foreign_key(index, schema))


def _verdicts(context: Context[Thresholds], index: Index, days: float, supports: bool) -> Iterator[Verdict]:
    names = counted(context.window.latest.engine)
    severity = Severity.MEDIUM if index.size_bytes >= _GIGABYTE and not supports else Severity.LOW
    found = context.finding(
        Subject("index", str(index.name), index.name.database),
        severity,
        f"Index {index.name} on {index.table} has had {index.scans} scans in {days:.0f} days and takes {index.size_bytes / 2**20:.1f} MiB.",
        Evidence("scans", index.scans, "count", names.scans),
        Evidence("counted for", round(days, 1), "days", names.since),
        Evidence("size", index.size_bytes, "bytes", names.sizes),
        Evidence("supports a foreign key", supports, "", names.foreign_keys),
    )
    yield found
    if supports:
        return
    way = removal(index, context.window.latest.engine)
    yield context.recommendation(
        found,
        Action.DROP_INDEX,
        way.statements,
        risk="A query that comes rarely may need it and would read the whole table.",
        rollback=way.rollback,
        caution=" ".join(part for part in (_caution(index, supports), way.caution) if part),
    )
