"""Existing indexes that the advised ones make needless: proposed to be dropped where no statement loses by it.

In comes a Problem with its answer and the existing indexes, out come Drops. Called by advice.py. The choice itself knows of them before: a
candidate that would replace an index is credited with that one's write cost (`replaced`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tunewright_analyzers.facts.relations import Index, RelationName
from tunewright_analyzers.indexes.existing import same_predicate, starts_with
from tunewright_analyzers.indexes.problem import Problem
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PricingOracle, WhatIfError


@dataclass(frozen=True, slots=True)
class Drop:
    """An index to drop once the advised ones stand. `write_cost`: planner cost units a second that its entries cost now."""

    index: RelationName
    table: RelationName
    size_bytes: int
    because: str
    definition: str
    write_cost: float = 0.0


def is_droppable(index: Index, keep: Collection[str] = ()) -> bool:
    """Whether nothing but speed hangs on the index: no constraint, no uniqueness, no replica identity, no parent."""
    return (
        index.is_valid
        and not index.is_unique
        and not index.is_primary
        and not index.is_exclusion
        and not index.is_replica_identity
        and not index.is_clustered
        and index.constraint is None
        and index.parent is None
        and not {index.name.name, str(index.name)} & set(keep)
    )


def replaced(wide: HypotheticalIndex, existing: Iterable[Index], keep: Collection[str] = ()) -> list[Index]:
    """Droppable existing indexes whose every use can be made of `wide`: their keys are its left part, their columns and rows are there."""
    held = {*(key.column for key in wide.keys), *wide.included}
    return [
        one
        for one in existing
        if one.table == wide.table
        and one.method == wide.method == "btree"
        and is_droppable(one, keep)
        and starts_with(wide.keys, one.keys)
        and set(one.included) <= held
        and same_predicate(one.predicate, wide.predicate)
    ]


def drops(
    problem: Problem, chosen: Sequence[HypotheticalIndex], existing: Sequence[Index], keep: Collection[str] = ()
) -> tuple[Drop, ...]:
    """Those that no statement misses beyond the bound of regressions, asked of the planner with them hidden, all together."""
    found: dict[RelationName, tuple[Index, HypotheticalIndex]] = {}
    for wide in chosen:
        for one in replaced(wide, existing, keep):
            found.setdefault(one.name, (one, wide))
    safe = [pair for pair in found.values() if _is_missed_by_none(problem, chosen, [pair[0].name], pair[0].table)]
    together = [pair[0].name for pair in safe]
    if not all(_is_missed_by_none(problem, chosen, together, one.table) for one, _ in safe):
        safe = safe[:1]
    return tuple(
        Drop(
            one.name,
            one.table,
            one.size_bytes,
            f"{wide} begins with the same columns and holds the same rows",
            one.definition,
        )
        for one, wide in safe
    )


def _is_missed_by_none(
    problem: Problem, chosen: Sequence[HypotheticalIndex], hide: Sequence[RelationName], table: RelationName
) -> bool:
    oracle = problem.oracle
    for one in problem.statements:
        if table not in one.tables or problem.frozen:
            continue
        add = tuple(sorted(problem.relevant(one, chosen), key=str))
        try:
            if isinstance(oracle, PricingOracle):
                cost = oracle.price(one.database, one.text, add=add, hide=hide).cost
            else:
                cost = oracle.explain(one.database, one.text, add=add, hide=hide).root.cost.total
        except WhatIfError:
            return False
        if problem.limits.is_regression(min(problem.cost(one), problem.cost(one, chosen)), cost):
            return False
    return not problem.frozen
