"""The memory that a node of a plan would need to stay off the disk. In comes a PlanNode, out go bytes; called by plan checks and parameter rules."""

import math

from tunewright_analyzers.facts.plans import PlanNode
from tunewright_analyzers.plans.faults import total_rows

_MB = 1024**2
SORT_TUPLE_BYTES, TUPLE_HEADER_BYTES, CHUNK_BYTES = 24, 24, 16
"""sizeof(SortTuple); the aligned header of a minimal tuple; the memory manager's overhead a tuple (tuplesort.c, mcxt.c)."""


def sort_bytes(node: PlanNode) -> int:
    """work_mem that would hold the sort: its rows with tuplesort's overhead, not less than twice what it wrote; in whole megabytes."""
    rows = total_rows(node) / max(1.0, node.loops or 1.0)
    each = math.ceil(node.width_bytes / 8) * 8 + SORT_TUPLE_BYTES + TUPLE_HEADER_BYTES + CHUNK_BYTES
    return math.ceil(max(rows * each * 1.1, 2.0 * (node.sort_space_bytes or 0)) / _MB) * _MB
