"""How large a B-tree will be and how high, before it is built: pages by level, with deduplication.

In comes the shape of an index (rows, widths, distinct values), out come pages and tree height. Called by the oracles and by the bloat
check. The constants are those of PostgreSQL's nbtree (nbtsort.c, nbtdedup.c, itup.h; releases 13 to 18), checked in
tests/live/test_index_size.py against indexes that were really built.
"""

import math
from dataclasses import dataclass

PAGE_BYTES = 8192
_USABLE = PAGE_BYTES - 24 - 16 - 4
"""Less the page header, the B-tree's special space and the line pointer of the high key."""
_NONLEAF_FREE = PAGE_BYTES * 30 // 100
_LINE_POINTER = 4
_TUPLE_HEADER = 8
_NULL_BITMAP = 8
_TID = 6
_POSTING_LIMIT = PAGE_BYTES * 10 // 100 // 8 * 8 - _LINE_POINTER
"""A build folds equal keys into posting lists of at most a tenth of a page."""
DEFAULT_FILL_FACTOR = 90


@dataclass(frozen=True, slots=True)
class KeyShape:
    """One column of an index. `width_bytes`: average as pg_stats has it; `alignment` 1, 2, 4 or 8; `is_variable`: a varlena type."""

    width_bytes: float
    alignment: int = 8
    is_variable: bool = False
    null_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexShape:
    """What the model needs. `distinct`: distinct key combinations among `rows` (both only of the rows that the index holds).

    `common_ratios`: shares of the most common keys, as far as they are known. `deduplicates`: every key's type is equal only when its
    bits are (not numeric, float, jsonb, arrays), no INCLUDE, and not switched off.
    """

    rows: float
    distinct: float
    keys: tuple[KeyShape, ...]
    included: tuple[KeyShape, ...] = ()
    common_ratios: tuple[float, ...] = ()
    deduplicates: bool = True
    fill_factor: int = DEFAULT_FILL_FACTOR


@dataclass(frozen=True, slots=True)
class IndexSize:
    """Pages in all (8 kB, the metapage counted), leaf pages among them, and levels above the leaves."""

    pages: int
    leaf_pages: int
    height: int

    @property
    def size_bytes(self) -> int:
        """The relation's size on disk."""
        return self.pages * PAGE_BYTES


def _aligned(size: float, to: int) -> float:
    return math.ceil(size / to) * to


def _padded(offset: float, to: int, varies: bool) -> float:
    """The offset moved up to an alignment. Behind values of many lengths it lies anywhere: then the average padding."""
    return offset + (to - 1) / 2 if varies else _aligned(offset, to)


def tuple_bytes(columns: tuple[KeyShape, ...]) -> float:
    """Average bytes of an index tuple (without its line pointer).

    A value of up to 7 bytes fits its word whatever its length; longer ones of varying length end anywhere within one.
    """
    offset, varies = 0.0, False
    any_null = 1.0 - math.prod(1.0 - column.null_ratio for column in columns)
    for column in columns:
        filled = 1.0 - column.null_ratio
        if column.is_variable:  # below 127 bytes a one-byte header without alignment
            offset += (column.width_bytes if column.width_bytes < 127 else column.width_bytes + 1.5) * filled
            varies = varies or column.width_bytes > 7
        else:
            offset = _padded(offset, column.alignment, varies) + column.width_bytes * filled
            varies = varies and column.alignment < 8
    header = _TUPLE_HEADER + _NULL_BITMAP * any_null
    return header + (offset if any_null > 0 and not varies else _padded(offset, 8, varies))


def _posting_bytes(key_bytes: float, rows: float) -> float:
    """Bytes with line pointers of `rows` equal keys, folded into posting lists."""
    most = max(1, int((_POSTING_LIMIT - key_bytes) // _TID))
    full, rest = divmod(rows, most)
    size = full * (_aligned(key_bytes + most * _TID, 8) + _LINE_POINTER)
    if rest > 1:
        size += _aligned(key_bytes + rest * _TID, 8) + _LINE_POINTER
    elif rest > 0:
        size += key_bytes + _LINE_POINTER
    return size


def _expected_posting_bytes(key_bytes: float, mean: float) -> float:
    """Average of `_posting_bytes` over keys whose counts are spread about `mean` at random (Poisson without its zero)."""
    if mean > 60:
        return _posting_bytes(key_bytes, mean)
    if mean <= 1.0:
        return key_bytes + _LINE_POINTER
    rate = mean  # the truncated distribution's mean is rate / (1 - exp(-rate)): invert it
    for _ in range(20):
        rate = mean * (1.0 - math.exp(-rate))
    if rate < 1e-3:
        return key_bytes + _LINE_POINTER
    weight, total, size = math.exp(-rate), 0.0, 0.0
    for count in range(1, int(mean + 12 * math.sqrt(mean)) + 4):
        weight *= rate / count
        total += weight
        size += weight * _posting_bytes(key_bytes, count)
    return size / total if total else key_bytes + _LINE_POINTER


def _leaf_bytes(shape: IndexShape, key_bytes: float) -> tuple[float, float]:
    """(bytes of all leaf items with line pointers, average bytes of one)."""
    if not shape.deduplicates or shape.distinct >= shape.rows:
        return shape.rows * (key_bytes + _LINE_POINTER), key_bytes + _LINE_POINTER
    common = shape.common_ratios[: int(shape.distinct)]
    size = sum(_posting_bytes(key_bytes, round(ratio * shape.rows)) for ratio in common)
    others = max(shape.distinct - len(common), 0.0)
    rest = max(shape.rows * (1.0 - sum(common)), 0.0)
    if others >= 1 and rest > 0:
        size += others * _expected_posting_bytes(key_bytes, rest / others)
    most = int((_POSTING_LIMIT - key_bytes) // _TID)
    biggest = _POSTING_LIMIT if shape.rows / max(shape.distinct, 1) > most else key_bytes
    return size, biggest + _LINE_POINTER


def btree_size(shape: IndexShape) -> IndexSize:
    """Pages and height of a freshly built B-tree of that shape. Never below two pages, as an index with a row has a metapage and a root.

    A leaf is filled until less than its free share is left; the item that passes the mark moves to the next page.
    """
    if shape.rows < 1:
        return IndexSize(1, 0, 0)
    key_bytes = tuple_bytes((*shape.keys, *shape.included))
    total, item = _leaf_bytes(shape, key_bytes)
    room: float = _USABLE - PAGE_BYTES * (100 - shape.fill_factor) // 100
    if item > 400:  # long posting lists: whole ones only
        room = max(math.floor((room + item) / item) - 1, 1) * item
    leaves = max(1, math.ceil(total / room))
    pivot = tuple_bytes(shape.keys[:1]) + _LINE_POINTER
    if shape.distinct < leaves:  # a page boundary within one key: the pivot carries a TID
        pivot += 8
    fanout = max(2, int((_USABLE - _NONLEAF_FREE) // pivot))
    pages, level, height = leaves, leaves, 0
    while level > 1:
        level = math.ceil(level / fanout)
        pages, height = pages + level, height + 1
    return IndexSize(pages + 1, leaves, height)


def btree_height(leaf_pages: float, key_bytes: float) -> int:
    """Levels above the leaves of an existing index of that many pages, from the width of its first key."""
    fanout = max(2, int((_USABLE - _NONLEAF_FREE) // (_aligned(_TUPLE_HEADER + key_bytes, 8) + _LINE_POINTER)))
    height = 0
    while leaf_pages > 1:
        leaf_pages, height = math.ceil(leaf_pages / fanout), height + 1
    return height
