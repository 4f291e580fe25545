"""Indexes that serve several statements: two that begin alike, made one. Called by exact.py with the indexes that plans were seen to use."""

from collections.abc import Collection, Iterator
from itertools import combinations

from tunewright_analyzers.indexes.candidates import MOST_INCLUDED
from tunewright_analyzers.indexes.existing import starts_with
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

MOST_MERGED = 80


def _merged(one: HypotheticalIndex, other: HypotheticalIndex) -> Iterator[HypotheticalIndex]:
    """Of two indexes of the same rows: the longer keys with both's columns; and the longer one's keys behind the shorter's."""
    longer, shorter = (one, other) if len(one.keys) >= len(other.keys) else (other, one)
    columns = {key.column for key in longer.keys}
    wanted = ({*one.included, *other.included, *(key.column for key in shorter.keys if key.column)}) - columns
    if starts_with(longer.keys, shorter.keys) and len(wanted) <= MOST_INCLUDED:
        yield HypotheticalIndex(one.table, longer.keys, tuple(sorted(name for name in wanted if name)), one.predicate)
    elif longer.keys[0] == shorter.keys[0] and len(wanted) <= MOST_INCLUDED:
        for first in (longer, shorter):
            held = {key.column for key in first.keys}
            rest = (
                {*one.included, *other.included} | {key.column for index in (one, other) for key in index.keys}
            ) - held
            yield HypotheticalIndex(one.table, first.keys, tuple(sorted(name for name in rest if name)), one.predicate)


def merged(used: Collection[HypotheticalIndex]) -> tuple[HypotheticalIndex, ...]:
    """New indexes that could stand for two of those used, bounded, in a fixed order."""
    found: dict[HypotheticalIndex, None] = {}
    plain = [one for one in used if one.method == "btree" and all(key.column for key in one.keys)]
    for one, other in combinations(sorted(plain, key=str), 2):
        if (one.table, one.predicate) != (other.table, other.predicate):
            continue
        for index in _merged(one, other):
            if index not in used:
                found.setdefault(index)
    return tuple(found)[:MOST_MERGED]
