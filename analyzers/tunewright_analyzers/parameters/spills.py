"""What spills to temporary files, by role and statement, and the work_mem that would hold it. In comes a Window, out go Spills.

The memory that holds a spill is known exactly only from an executed plan (rows, width, tuplesort's overhead); from temporary blocks it is an
estimate: a sort in memory takes two to three times its file (tuplesort.c keeps a header and a pointer a row that the file has not).
"""

import math
from collections import defaultdict
from dataclasses import dataclass

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.plans.memory import sort_bytes

BLOCK_BYTES = 8192
MEMORY_BY_FILE = 2.5
"""Memory that a sort takes, by the size of its file: between 2 and 3, see above."""
_SORTS = {NodeKind.SORT, NodeKind.INCREMENTAL_SORT}
_HASHES = {NodeKind.HASH, NodeKind.HASH_AGGREGATE}
_USES_MEMORY = _SORTS | _HASHES


@dataclass(frozen=True, slots=True)
class Spill:
    """One statement of one role: temporary bytes of the window and a call, the work_mem that would hold it, and how that is known."""

    role: str
    statement: StatementId
    database: str
    temp_bytes: int
    calls: int
    need_bytes: int
    nodes: int
    """Sorts and hashes of its plan, each of which may take work_mem; 1 where no plan is known."""
    is_measured: bool

    @property
    def bytes_per_call(self) -> float:
        """Temporary bytes that one call writes on average."""
        return self.temp_bytes / self.calls


def _of_plans(window: Window, multiplier: float) -> tuple[dict[StatementId, int], dict[StatementId, int]]:
    """By statement: work_mem for its worst spilling node of an executed plan; sorts and hashes in its widest plan."""
    need: dict[StatementId, int] = {}
    nodes: dict[StatementId, int] = {}
    plans = window.section(Plans)
    for row in plans.rows if plans else ():
        memory_nodes = [node for node in row.plan.root.walk() if node.kind in _USES_MEMORY]
        nodes[row.statement_id] = max(nodes.get(row.statement_id, 1), len(memory_nodes))
        for node in memory_nodes:
            wanted = _need_of(node, multiplier)
            if wanted:
                need[row.statement_id] = max(need.get(row.statement_id, 0), wanted)
    return need, nodes


def _need_of(node: PlanNode, multiplier: float) -> int:
    if node.kind in _SORTS and node.sort_space_type == "Disk":
        return sort_bytes(node)
    batches = max(node.hash_batches or 1, 1)
    if node.kind in _HASHES and batches > 1 and node.peak_memory_bytes:
        return math.ceil(node.peak_memory_bytes * batches / multiplier)
    return 0


def spills(window: Window, *, least_per_call: float, least_bytes: float) -> tuple[Spill, ...]:
    """Statements that write temporary files, the largest first; our own and utility statements (CREATE INDEX) are left out."""
    section = window.section(Statements)
    if section is None:
        return ()
    written: dict[tuple[str, StatementId], int] = defaultdict(int)
    calls: dict[tuple[str, StatementId], int] = defaultdict(int)
    places: dict[tuple[str, StatementId], str] = {}
    for row in section.rows:
        if row.own or row.kind in {"utility", "unknown"} or not row.calls:
            continue
        key = (row.key.user, row.id)
        written[key] += row.temp_blocks_written * BLOCK_BYTES
        calls[key] += row.calls
        places[key] = row.key.database
    need, nodes = _of_plans(window, hash_multiplier(window))
    found = []
    for key, temp_bytes in written.items():
        role, statement = key
        if temp_bytes < least_bytes or temp_bytes / calls[key] < least_per_call:
            continue
        estimate = math.ceil(temp_bytes / calls[key] * MEMORY_BY_FILE)
        known = need.get(statement)
        found.append(
            Spill(role, statement, places[key], temp_bytes, calls[key], known or estimate, nodes.get(statement, 1), known is not None)
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.temp_bytes, one.role, one.statement)))


def hash_multiplier(window: Window) -> float:
    """hash_mem_multiplier now; 1 where the release has none (before 13)."""
    settings = window.section(Settings)
    return max(1.0, settings.number("hash_mem_multiplier", 1.0)) if settings else 1.0
