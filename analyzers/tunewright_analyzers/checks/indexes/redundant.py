"""`indexes/redundant`: reads Indexes; says which indexes are the left part of another."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.indexes.existing import makes_redundant
from tunewright_analyzers.indexes.removal import counted, removal
from tunewright_analyzers.recommendation import Action


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an index that another covers is worth a word."""

    least_bytes: float = threshold(1_048_576, "bytes", "size from which the index is reported")
    most_size_ratio: float = threshold(
        5.0,
        "ratio",
        "how much larger the covering index may be; a far larger one is slower to read, so the small one may earn its keep",
    )


@check(needs=(Indexes,), thresholds=Thresholds)
def redundant(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Indexes whose keys are the left part of a wider index on the same rows.

    Risk: every write maintains both; the wider one can answer whatever the narrow one answers.
    Evidence: the two definitions from pg_index, sizes and scans; unique, constraint and replica-identity indexes are left out.
    Remedy: DROP INDEX CONCURRENTLY of the narrow one; on MySQL it is made INVISIBLE first (MariaDB: IGNORED), and an invisible index
        makes none redundant.
    False positives: a much narrower index is faster to scan whole and stays in cache; deduplication can make it a fraction of the size.
    """
    rows = [one for one in context.window.need(Indexes).rows if one.is_valid and one.is_visible and one.parent is None]
    limits = context.thresholds
    for narrow in rows:
        if narrow.constraint is not None or narrow.is_replica_identity or narrow.size_bytes < limits.least_bytes:
            continue
        wide = [
            one
            for one in rows
            if makes_redundant(one, narrow) and one.size_bytes <= narrow.size_bytes * limits.most_size_ratio
        ]
        if wide:
            yield from _verdicts(context, narrow, min(wide, key=lambda one: (one.size_bytes, str(one.name))))


def _verdicts(context: Context[Thresholds], narrow: Index, wide: Index) -> Iterator[Verdict]:
    names = counted(context.window.latest.engine)
    found = context.finding(
        Subject("index", str(narrow.name), narrow.name.database),
        Severity.LOW,
        f"Index {narrow.name} on {narrow.table} is the left part of {wide.name}, which can answer the same queries.",
        Evidence("size", narrow.size_bytes, "bytes", names.sizes),
        Evidence("scans", narrow.scans, "count", names.scans),
        Evidence("covered by", str(wide.name), "", names.definitions),
        Evidence("size of the covering one", wide.size_bytes, "bytes", names.sizes),
    )
    yield found
    way = removal(narrow, context.window.latest.engine)
    yield context.recommendation(
        found,
        Action.DROP_INDEX,
        way.statements,
        risk=f"Its {narrow.scans} scans move to {wide.name}, which is larger: each reads a little more.",
        rollback=way.rollback,
        caution=" ".join(
            part
            for part in (
                f"Not together with a drop of {wide.name}; watch the statements that used it for a day.",
                way.caution,
            )
            if part
        ),
    )
