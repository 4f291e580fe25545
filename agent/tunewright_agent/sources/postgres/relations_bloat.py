"""How large a table would be without dead space: arithmetic on the planner's statistics. Pure.

The page and tuple layout is that of PostgreSQL's manual, chapter "Database Page Layout" (24-byte page header, 4-byte line pointers,
23-byte tuple header padded to 8, null bitmap of one bit a column). An estimate: column widths are averages, so a result under a tenth of
the table says nothing, and statistics older than the last big change mislead.
"""

import math

PAGE_HEADER_BYTES = 24
LINE_POINTER_BYTES = 4
TUPLE_HEADER_BYTES = 23
ALIGNMENT_BYTES = 8


def _aligned(size: float) -> int:
    return math.ceil(size / ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def table_bloat(
    pages: int, rows: float, row_width: float, columns: int, *, nulls: bool, fill_factor: int, block_size: int
) -> int | None:
    """Bytes above what `rows` of `row_width` bytes need. None where the statistics say too little (no rows, no widths)."""
    if rows <= 0 or pages <= 0 or row_width <= 0:
        return None
    bitmap = math.ceil(columns / 8) if nulls else 0
    # Half an alignment step a variable-width column is lost on average; measured against pgstattuple it is within the noise.
    tuple_bytes = _aligned(TUPLE_HEADER_BYTES + bitmap) + _aligned(row_width) + LINE_POINTER_BYTES
    room = (block_size - PAGE_HEADER_BYTES) * fill_factor / 100
    needed = math.ceil(rows / max(1, math.floor(room / tuple_bytes)))
    return max(0, pages - needed) * block_size
