"""What an index costs those who write: entries a second, HOT updates it would end, in planner cost units.

In come the counters of Tables and what UPDATE statements assign; out comes a WriteCost. A model, not a measurement: PostgreSQL's planner
has no cost for maintaining an index, so an entry is priced as one descent (btcostestimate's 50 operators a level) and its part of a page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tunewright_analyzers.facts.relations import Index, Table
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

_DESCENT_COST = 0.125
"""50 x cpu_operator_cost a level of the tree."""
_PAGE_COST = 0.25
"""What is written of a page for an entry, in units of a page read in sequence: entries that come one after the other share the pages that
they dirty. Measured: one more index of two columns cost 14 µs a row where a scan of cost 3348 took 79 ms, so 0.59 units an entry in all; with
the descent of a tree of three levels this makes 0.63."""


@dataclass(frozen=True, slots=True)
class WriteCost:
    """Rates a second. `entries`: new index entries in this index; `lost_hot_updates`: updates that would stop being HOT and so write to
    every index of the table; `cost`: planner cost units a second of all those entries."""

    entries: float
    lost_hot_updates: float
    cost: float


def columns_of(index: HypotheticalIndex) -> frozenset[str]:
    """Columns whose change ends a HOT update, as far as they are named: keys and included ones."""
    return frozenset({*(key.column for key in index.keys if key.column), *index.included})


def _touches(index: HypotheticalIndex, assigned: Collection[str]) -> bool:
    texts = [key.expression for key in index.keys if key.expression] + ([index.predicate] if index.predicate else [])
    return bool(columns_of(index) & set(assigned)) or any(column in text for column in assigned for text in texts)


def write_cost(
    index: HypotheticalIndex,
    tables: Sequence[Table],
    seconds: float,
    existing: Sequence[Index] = (),
    assigned: Collection[str] = (),
    height: int = 2,
) -> WriteCost:
    """The cost for the table (and its partitions: `tables`) over a period of `seconds`.

    `assigned`: columns that the workload's UPDATE statements set. An update that is HOT today stays so unless it sets a column of
    the index; any other update writes an entry. Deletes cost a write only when vacuum comes, which is left out.
    """
    inserts = sum(one.rows_inserted for one in tables)
    updates = sum(one.rows_updated for one in tables)
    hot = sum(one.rows_hot_updated for one in tables)
    lost = float(hot) if _touches(index, assigned) else 0.0
    entries = inserts + (updates - hot) + lost
    others = lost * len([one for one in existing if one.table == index.table])
    entry_cost = _PAGE_COST + _DESCENT_COST * (height + 1)
    return WriteCost(entries / seconds, lost / seconds, (entries + others) * entry_cost / seconds)
