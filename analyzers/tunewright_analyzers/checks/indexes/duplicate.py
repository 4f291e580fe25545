"""`indexes/duplicate`: reads Indexes; says which indexes hold exactly what another holds."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.indexes.existing import same
from tunewright_analyzers.indexes.removal import counted, removal
from tunewright_analyzers.recommendation import Action


def _worth(index: Index) -> tuple[bool, bool, bool, bool, bool, int, str]:
    """The one to keep is the greatest: primary key, constraint, replica identity, unique, then the most scanned; the name decides ties."""
    guards = (
        index.is_primary,
        index.constraint is not None,
        index.is_replica_identity,
        index.is_unique,
        index.is_clustered,
    )
    return (*guards, index.scans, str(index.name))


def _may_go(index: Index, kept: Index) -> bool:
    """Whether nothing is lost without it: no constraint of its own, and no uniqueness that the kept one lacks."""
    if index.constraint is not None or index.is_primary or index.is_replica_identity:
        return False
    return kept.is_unique or not index.is_unique


@check(needs=(Indexes,))
def duplicate(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Indexes with the same keys, order, operator classes, predicate and included columns as another one.

    Risk: every write maintains both, and both take disk and cache; no query is faster for the second.
    Evidence: the two definitions from pg_index, the size and scans of each; the one that owns a constraint is kept.
    Remedy: DROP INDEX CONCURRENTLY of the one that guards nothing; on MySQL it is made INVISIBLE first (MariaDB: IGNORED).
    False positives: none for reads; a tool may name an index in a hint or in ON CONFLICT ON CONSTRAINT (constraints are never dropped here).
    """
    rows = [one for one in context.window.need(Indexes).rows if one.is_valid and one.is_visible and one.parent is None]
    by_table: dict[object, list[Index]] = {}
    for index in rows:
        by_table.setdefault(index.table, []).append(index)
    for siblings in by_table.values():
        ordered = sorted(siblings, key=_worth, reverse=True)
        for at, index in enumerate(ordered):
            kept = next((one for one in ordered[:at] if same(one, index) and _may_go(index, one)), None)
            if kept is not None:
                yield from _verdicts(context, index, kept)


def _verdicts(context: Context[NoThresholds], index: Index, kept: Index) -> Iterator[Verdict]:
    names = counted(context.window.latest.engine)
    found = context.finding(
        Subject("index", str(index.name), index.name.database),
        Severity.MEDIUM,
        f"Index {index.name} on {index.table} holds exactly what {kept.name} holds.",
        Evidence("size", index.size_bytes, "bytes", names.sizes),
        Evidence("scans", index.scans, "count", names.scans),
        Evidence("kept", str(kept.name), "", names.definitions),
        Evidence("scans of the kept one", kept.scans, "count", names.scans),
    )
    yield found
    way = removal(index, context.window.latest.engine)
    yield context.recommendation(
        found,
        Action.DROP_INDEX,
        way.statements,
        risk=f"None for reads while {kept.name} stands; the drop waits for older transactions.",
        rollback=way.rollback,
        caution=" ".join(
            part
            for part in (
                f"Drop one at a time and keep {kept.name}; partitioned indexes cannot be dropped concurrently.",
                way.caution,
            )
            if part
        ),
    )
