"""How large a B-tree will be and how high, before it is built: pages by level, with deduplication.

In comes the shape of an index (rows, widths, distinct values), out come pages and tree height. Called by the oracles and by the bloat
check. The constants are those of PostgreSQL's nbtree (nbtsort.c, nbtdedup.c, itup.h; releases 13 to 18), checked in
tests/live/test_index_size.py against indexes that were really built.
"""

import math
from dataclasses import dataclass
from itertools import product

PAGE_BYTES = 8192
_USABLE = PAGE_BYTES - 24 - 16 - 4
"""Less the page header, the B-tree's special space and the line pointer of the high key."""
_NONLEAF_FREE = PAGE_BYTES * 30 // 100
_LINE_POINTER = 4
_TUPLE_HEADER = 8
_NULL_BITMAP = 8
_TID = 6
_WORD = 8
_POSTING_LIMIT = PAGE_BYTES * 10 // 100 // 8 * 8 - _LINE_POINTER
"""A build folds equal keys into posting lists of at most a tenth of a page."""
DEFAULT_FILL_FACTOR = 90


@dataclass(frozen=True, slots=True)
class KeyShape:
    """One column of an index. `width_bytes`: average of the values that are not null, as pg_stats has it (cut to a whole number there);
    `alignment` 1, 2, 4 or 8; `is_variable`: a varlena type; `distinct`: different values among those that are not null, None where it is
    not known; `is_numeric`: of the type numeric, whose values have an odd number of bytes."""

    width_bytes: float
    alignment: int = 8
    is_variable: bool = False
    null_ratio: float = 0.0
    distinct: float | None = None
    is_numeric: bool = False

    def lengths(self) -> tuple[tuple[float, float], ...]:
        """(bytes, share of the values): how a variable one's lengths are taken to be spread.

        A numeric is a header of 1 and of 2 bytes and 2 for every four decimal digits. Others are spread over a word where they are longer
        than one, so that what stands behind them is padded at its average; shorter ones are taken as they are. From 127 bytes the header has 4
        bytes, and alignment.
        """
        width = self.width_bytes
        if self.is_numeric:
            width += 0.5 * (width % 2 == 0)  # cut to an even number, the average lies above it
            low = max(math.floor((width - 1) / 2) * 2 + 1, 3)
            more = min(max((width - low) / 2, 0.0), 1.0)
            return ((low, 1.0 - more), (low + 2, more)) if more else ((low, 1.0),)
        if width >= 127:
            width += 1.5
        if width <= _WORD - 1:
            return ((width, 1.0),)
        return tuple((math.floor(width) - 3 + step, 1 / _WORD) for step in range(_WORD))


@dataclass(frozen=True, slots=True)
class IndexShape:
    """What the model needs: the rows that the index holds, its columns in order.

    `common_ratios`: shares of the most common keys among all rows, for an index of one column. `deduplicates`: every key's type is equal only
    when its bits are (not numeric, float, jsonb, arrays), no INCLUDE, and not switched off. `together`: positions of key columns that depend
    on each other, and how many combinations of them there are (extended statistics).
    """

    rows: float
    keys: tuple[KeyShape, ...]
    included: tuple[KeyShape, ...] = ()
    common_ratios: tuple[float, ...] = ()
    deduplicates: bool = True
    fill_factor: int = DEFAULT_FILL_FACTOR
    together: tuple[tuple[int, ...], float] | None = None


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


def tuple_bytes(columns: tuple[KeyShape, ...], any_null: bool = False) -> float:
    """Average bytes of an index tuple (without its line pointer) whose columns all have values: over the lengths that they may have."""
    ends = {0.0: 1.0}  # where the columns so far end: share of the tuples
    for column in columns:
        longer: dict[float, float] = {}
        for offset, share in ends.items():
            if not column.is_variable:
                end = _aligned(offset, column.alignment) + column.width_bytes
                longer[end] = longer.get(end, 0.0) + share
                continue
            for length, part in column.lengths():  # below 127 bytes a one-byte header without alignment
                longer[offset + length] = longer.get(offset + length, 0.0) + share * part
        ends = longer
    return _TUPLE_HEADER + _NULL_BITMAP * any_null + sum(share * _aligned(end, 8) for end, share in ends.items())


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


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows with nulls in the same columns: they have one tuple width, and distinct keys of their own."""

    rows: float
    distinct: float
    key_bytes: float


def _groups(shape: IndexShape) -> list[_Group]:
    """The rows by which of their key columns are null; columns are taken as independent of each other."""
    found = []
    for nulls in product(*((False, True) if key.null_ratio > 0 else (False,) for key in shape.keys)):
        share, counts = 1.0, []
        for key, is_null in zip(shape.keys, nulls, strict=True):
            share *= key.null_ratio if is_null else 1.0 - key.null_ratio
            counts.append(1.0 if is_null else shape.rows if key.distinct is None else max(key.distinct, 1.0))
        rows = shape.rows * share
        if shape.together is not None and not any(nulls[at] for at in shape.together[0]):
            positions, combinations = shape.together
            counts = [max(combinations, 1.0), *(one for at, one in enumerate(counts) if at not in positions)]
        if rows >= 1:
            filled = tuple(key for key, is_null in zip(shape.keys, nulls, strict=True) if not is_null)
            found.append(_Group(rows, _combined(counts, rows), tuple_bytes((*filled, *shape.included), any(nulls))))
    return found


def _combined(counts: list[float], rows: float) -> float:
    """Distinct combinations of columns among so many rows: of all that are possible, those that turn up if rows draw at random.

    Columns that depend on each other have fewer: without extended statistics nothing tells, and the size is then an upper bound.
    """
    widest, possible = max(counts), math.prod(counts)
    if widest >= rows or possible > rows * 50:
        return rows
    if possible == widest or possible < rows / 10:
        return possible
    return max(widest, possible * (1.0 - math.exp(-rows / possible)))


def _leaf_bytes(shape: IndexShape, groups: list[_Group]) -> tuple[float, float]:
    """(bytes of all leaf items with line pointers, average bytes of one)."""
    total, items = 0.0, 0.0
    for group in groups:
        key = group.key_bytes
        if not shape.deduplicates:
            total, items = total + group.rows * (key + _LINE_POINTER), items + group.rows
            continue
        most = max(1.0, (_POSTING_LIMIT - key) // _TID)
        common = (
            shape.common_ratios
            if len(shape.keys) == 1 and not (shape.keys[0].null_ratio and group is groups[-1])
            else ()
        )
        for ratio in common:
            total, items = (
                total + _posting_bytes(key, round(ratio * shape.rows)),
                items + math.ceil(ratio * shape.rows / most),
            )
        others = max(group.distinct - len(common), 0.0)
        rest = max(group.rows - sum(common) * shape.rows, 0.0)
        if others >= 1 and rest >= 1:
            mean = max(rest / others, 1.0)
            total += rest / mean * _expected_posting_bytes(key, mean)
            items += rest / mean * math.ceil(mean / most)
    return total, total / items if items else 0.0


def btree_size(shape: IndexShape) -> IndexSize:
    """Pages and height of a freshly built B-tree of that shape. An index without rows is its metapage alone.

    A leaf is filled until less than its free share is left; the item that passes the mark moves to the next page.
    """
    if shape.rows < 1:
        return IndexSize(1, 0, 0)
    groups = _groups(shape)
    total, item = _leaf_bytes(shape, groups)
    room: float = _USABLE - PAGE_BYTES * (100 - shape.fill_factor) // 100
    if item > _POSTING_LIMIT * 0.9:  # nothing but full posting lists: whole ones only
        room = max(math.floor((room + item) / item) - 1, 1) * item
    leaves = max(1, math.ceil(total / room))
    pivot = tuple_bytes(shape.keys[:1]) + _LINE_POINTER
    if sum(group.distinct for group in groups) < leaves:  # a page boundary within one key: the pivot carries a TID
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
