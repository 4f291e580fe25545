"""Indexes worth asking the planner about: made from what one statement filters, joins, groups and sorts.

In comes the Predicates of a statement, out come HypotheticalIndexes; select.py asks an oracle about them. The order of keys follows the
rule of the B-tree: equalities first, then one range or the sort.
"""

from collections.abc import Iterator
from itertools import combinations

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.predicates import Access, Condition, Predicates, Use

MOST_KEYS = 4
MOST_INCLUDED = 4
MOST_PER_ACCESS = 40
"""Bounds of what one statement may ask for; a statement that filters twenty columns would else ask for millions."""

_LIKE_EQUAL = frozenset({Use.EQUAL, Use.JOIN, Use.LIST, Use.TRUE, Use.FALSE, Use.IS_NULL})
_LIKE_RANGE = frozenset({Use.RANGE, Use.PREFIX})


def _keys(conditions: list[Condition], uses: frozenset[Use]) -> list[IndexColumn]:
    """Distinct keys of the conditions, in a fixed order."""
    found = {one.key for one in conditions if one.use in uses and not one.alternative}
    return sorted(found, key=str)


def _prefixes(access: Access) -> Iterator[tuple[IndexColumn, ...]]:
    """Sets of equality keys: filters, joins, both; each in the fixed order, the widest first."""
    filters = _keys(access.conditions, _LIKE_EQUAL - {Use.JOIN})
    joins = [key for key in _keys(access.conditions, frozenset({Use.JOIN})) if key not in filters]
    both = [*joins, *filters]
    yield ()
    for size in range(1, min(len(both), MOST_KEYS) + 1):
        yield from combinations(both, size)
        if joins and filters and size > 1:
            yield from combinations([*filters, *joins], size)


def _forward(sort: tuple[IndexColumn, ...]) -> tuple[IndexColumn, ...]:
    """The sort so that its first key ascends: a B-tree is read backwards at no cost, so both are the same index."""
    if not sort or not sort[0].descending:
        return sort
    return tuple(IndexColumn(one.column, one.expression, not one.descending, not one.nulls_first) for one in sort)


def _endings(access: Access) -> Iterator[tuple[IndexColumn, ...]]:
    """What may follow the equalities: nothing, one range, the sort, the group."""
    yield ()
    for key in _keys(access.conditions, _LIKE_RANGE):
        yield (key,)
    if access.sort:
        yield _forward(access.sort)
    if access.group:
        yield tuple(IndexColumn(column) for column in access.group)


def _distinct(keys: tuple[IndexColumn, ...]) -> tuple[IndexColumn, ...]:
    """Without the later of two keys on the same column or expression."""
    seen: dict[tuple[str | None, str | None], IndexColumn] = {}
    for key in keys:
        seen.setdefault((key.column, key.expression), key)
    return tuple(seen.values())


def _key_lists(access: Access) -> Iterator[tuple[IndexColumn, ...]]:
    for ending in _endings(access):
        for prefix in _prefixes(access):
            keys = _distinct((*prefix, *ending))
            if keys and len(keys) <= MOST_KEYS:
                yield keys
    for condition in access.conditions:
        if condition.alternative and condition.use in _LIKE_EQUAL | _LIKE_RANGE:
            yield (condition.key,)


def _partial_predicates(access: Access) -> Iterator[tuple[str, IndexColumn]]:
    """Conditions without literal or parameter, which hold at every call: `deleted_at IS NULL`, `NOT archived`."""
    for condition in access.conditions:
        if condition.text and not condition.alternative and condition.use is not Use.NOT_NULL:
            yield condition.text, condition.key


def _variants(access: Access, index: HypotheticalIndex) -> Iterator[HypotheticalIndex]:
    """The index, partial where the statement always says so, and covering where few columns are missing."""
    yield index
    for predicate, key in _partial_predicates(access):
        rest = tuple(one for one in index.keys if one != key)
        if rest:
            yield HypotheticalIndex(index.table, rest, predicate=predicate)
    held = {key.column for key in index.keys}
    missing = tuple(sorted(access.columns - held))
    plain = all(key.column for key in index.keys)
    if plain and missing and not access.whole_row and len(missing) <= MOST_INCLUDED:
        yield HypotheticalIndex(index.table, index.keys, included=missing)


def candidates(
    found: Predicates, parents: dict[RelationName, RelationName] | None = None
) -> tuple[HypotheticalIndex, ...]:
    """Every index the statement could use, without repetition, in a fixed order.

    `parents`: the partitioned table of each partition: an index is made on the whole, not on one part.
    """
    result: dict[HypotheticalIndex, None] = {}
    for access in found.accesses:
        table = access.table
        while parents and table in parents:
            table = parents[table]
        before = len(result)
        for keys in _key_lists(access):
            for index in _variants(access, HypotheticalIndex(table, keys)):
                result.setdefault(index)
            if len(result) - before >= MOST_PER_ACCESS:
                break
    return tuple(result)
