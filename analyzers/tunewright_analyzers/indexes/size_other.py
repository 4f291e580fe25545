"""How large a BRIN or GIN index will be, before it is built. Called by the oracles beside size.py, which knows B-trees.

BRIN follows from the table's pages (brin_page.h, brin_revmap.h) and is exact to a page or two. GIN depends on how many different elements the
rows hold, which single-column statistics do not tell: its figure says the order of magnitude and no more (tests/live/test_index_size.py).
"""

import math
from collections.abc import Sequence

from tunewright_analyzers.indexes.size import PAGE_BYTES, IndexSize, KeyShape

_PAGES_A_RANGE = 128
"""The default of pages_per_range."""
_REVMAP_ENTRIES = 1360
"""Pointers to ranges on a page of the range map."""
_BRIN_ROOM = PAGE_BYTES - 24 - 8
_LINE_POINTER = 4
_GIN_ROOM = PAGE_BYTES - 24 - 8
_GIN_ELEMENT_BYTES = 24
"""Of a value for each element found in it (a word, a key with its value, a tag with its header): measured over documents and arrays."""
_GIN_BYTES_A_POINTER = 2.0
"""A row's pointer in a compressed posting list, where an element stands in some percent of the rows."""


def brin_size(table_pages: float, keys: Sequence[KeyShape]) -> IndexSize:
    """Smallest and largest value of each key for every 128 pages of the table."""
    ranges = max(1, math.ceil(table_pages / _PAGES_A_RANGE))
    values = sum(2 * math.ceil((key.width_bytes + key.is_variable) / key.alignment) * key.alignment for key in keys)
    tuple_bytes = math.ceil((8 + values) / 8) * 8 + _LINE_POINTER
    regular = math.ceil(ranges / (_BRIN_ROOM // tuple_bytes))
    return IndexSize(1 + math.ceil(ranges / _REVMAP_ENTRIES) + regular, regular, 0)


def gin_size(rows: float, key: KeyShape) -> IndexSize:
    """An order of magnitude: every row has as many elements as its width lets expect, each a pointer in a posting list."""
    if rows < 1:
        return IndexSize(2, 1, 0)
    elements = max(1.0, key.width_bytes / _GIN_ELEMENT_BYTES)
    pointers = rows * (1 - key.null_ratio) * elements
    pages = math.ceil(pointers * _GIN_BYTES_A_POINTER / _GIN_ROOM)
    return IndexSize(2 + pages, pages, 0)
