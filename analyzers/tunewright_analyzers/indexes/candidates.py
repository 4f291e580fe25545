"""Indexes worth asking the planner about: made from what one statement filters, joins, groups and sorts.

In comes the Predicates of a statement, out come HypotheticalIndexes; plans.py asks an oracle about them. The order of keys follows the
rule of the B-tree: equalities first, then one range or the sort. Partial indexes are made in partial.py, other kinds than B-trees in
kinds.py, what several statements could share in merge.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.kinds import other_kinds
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.partial import partial_indexes
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.access import Access, Predicates, Use

MOST_KEYS = 4
MOST_INCLUDED = 8
MOST_LISTS = 20
"""Lists of keys for one access; a statement that filters twenty columns would else ask for millions."""
LEAST_PAGES = 8
"""A table below that is read whole as fast as by any index."""
_ADDED_KEYS = 2
"""Columns that may stand behind the keys as further keys, so that the index is covering and still deduplicated."""

LIKE_EQUAL = frozenset({Use.EQUAL, Use.JOIN, Use.LIST, Use.TRUE, Use.FALSE, Use.IS_NULL})
LIKE_RANGE = frozenset({Use.RANGE, Use.PREFIX})
Keys = tuple[IndexColumn, ...]


def _keys(access: Access, uses: frozenset[Use], known: Known) -> list[IndexColumn]:
    """Distinct keys of the conditions: those with most different values first, as far as they are known, then by name."""
    found = {one.key for one in access.conditions if one.use in uses and not one.alternative}
    return sorted(found, key=lambda key: (-known.distinct(access.table, key.column or ""), str(key)))


def forward(sort: Keys) -> Keys:
    """The sort so that its first key ascends: a B-tree is read backwards at no cost, so both are the same index."""
    if not sort or not sort[0].descending:
        return sort
    return tuple(IndexColumn(one.column, one.expression, not one.descending, not one.nulls_first) for one in sort)


def orders(access: Access) -> Iterator[Keys]:
    """The orders that would spare a sort or a search for the smallest: sort, group, windows, DISTINCT, min and max."""
    if access.sort:
        yield forward(access.sort)
    if access.group:
        yield tuple(IndexColumn(column) for column in access.group)
    for order in access.orders:
        yield forward(order)


def _distinct(keys: Keys) -> Keys:
    """Without the later of two keys on the same column or expression."""
    seen: dict[tuple[str | None, str | None], IndexColumn] = {}
    for key in keys:
        seen.setdefault((key.column, key.expression), key)
    return tuple(seen.values())


def _without(order: Keys, fixed: Iterable[IndexColumn]) -> Keys:
    """The order without the columns that an equality holds still."""
    held = {(one.column, one.expression) for one in fixed}
    return tuple(one for one in order if (one.column, one.expression) not in held)


def _all_lists(access: Access, known: Known) -> Iterator[Keys]:
    """Lists of keys, the most promising first."""
    filters = _keys(access, LIKE_EQUAL - {Use.JOIN}, known)
    joins = [key for key in _keys(access, frozenset({Use.JOIN}), known) if key not in filters]
    ranges = [key for key in _keys(access, LIKE_RANGE, known) if key not in filters]
    for key in (*filters, *joins, *ranges):
        yield (key,)
    whole = tuple(filters[:MOST_KEYS])
    for order in orders(access):
        yield (*whole, *_without(order, whole))
        yield order
    for prefix in ([whole] if filters else []) + [(key,) for key in filters]:
        for key in ranges:
            yield (*prefix, key)
    yield whole
    for key in joins:
        yield (key, *whole)
        yield (*whole, key)
        for one in (*filters, *ranges):
            yield (key, one)
        for one in filters:
            yield (one, key)
        for order in orders(access):
            yield (key, *_without(order, (key,)))
    yield tuple(joins)
    for pair in combinations(joins, 2):
        yield pair
        yield pair[::-1]
    yield from combinations(filters, 2)
    for one, two in combinations(ranges, 2):  # the second filters within the index
        yield (one, two)
        yield (two, one)
    yield from combinations(filters, 3)


def key_lists(access: Access, known: Known) -> tuple[Keys, ...]:
    """Lists of keys for one access, without repetition, bounded."""
    found: dict[Keys, None] = {}
    for keys in _all_lists(access, known):
        distinct = _distinct(keys)[:MOST_KEYS]
        if distinct:
            found.setdefault(distinct)
        if len(found) >= MOST_LISTS:
            break
    for condition in access.conditions:
        if condition.alternative and condition.use in LIKE_EQUAL | LIKE_RANGE:
            found.setdefault((condition.key,))
    return tuple(found)


def covering(index: HypotheticalIndex, access: Access) -> Iterator[HypotheticalIndex]:
    """The index with the other columns that the statement reads: included, or as further keys where they are few."""
    held = {key.column for key in index.keys}
    missing = tuple(sorted(access.columns - held))
    if access.whole_row or not missing or len(missing) > MOST_INCLUDED or not all(key.column for key in index.keys):
        return
    yield HypotheticalIndex(index.table, index.keys, included=missing)
    if len(missing) <= _ADDED_KEYS:
        yield HypotheticalIndex(index.table, (*index.keys, *(IndexColumn(column) for column in missing)))


def whole_table(table: RelationName, parents: Mapping[RelationName, RelationName] | None) -> RelationName:
    """The partitioned table that a partition belongs to; a table itself."""
    while parents and table in parents:
        table = parents[table]
    return table


def candidates(
    found: Predicates, parents: Mapping[RelationName, RelationName] | None = None, known: Known | None = None
) -> tuple[HypotheticalIndex, ...]:
    """Every index the statement could use, without repetition, in a fixed order.

    `parents`: the partitioned table of each partition: an index is made on the whole, not on one part. `known`: statistics of columns.
    """
    facts = known or Known()
    result: dict[HypotheticalIndex, None] = {}
    for access in found.accesses:
        table = whole_table(access.table, parents)
        if 0 < facts.pages.get(access.table, 0) < LEAST_PAGES:
            continue
        lists = key_lists(access, facts)
        for keys in lists:
            index = HypotheticalIndex(table, keys)
            result.setdefault(index)
            for other in covering(index, access):
                result.setdefault(other)
        for index in (*partial_indexes(access, table, lists, facts), *other_kinds(access, table, facts)):
            result.setdefault(index)
    return tuple(result)
