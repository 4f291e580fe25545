"""Plans: trees of PlanNode that know no engine. Numbers are per statement execution unless said otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine, Section


class NodeKind(StrEnum):
    """What a node does, in words that hold for every engine; `OTHER` keeps the engine's own word in `label`."""

    SEQUENTIAL_SCAN = "sequential scan"
    INDEX_SCAN = "index scan"
    INDEX_ONLY_SCAN = "index only scan"
    BITMAP_INDEX_SCAN = "bitmap index scan"
    BITMAP_HEAP_SCAN = "bitmap heap scan"
    BITMAP_COMBINE = "bitmap combine"
    TID_SCAN = "tid scan"
    FUNCTION_SCAN = "function scan"
    VALUES_SCAN = "values scan"
    CTE_SCAN = "cte scan"
    SUBQUERY_SCAN = "subquery scan"
    WORK_TABLE_SCAN = "work table scan"
    FOREIGN_SCAN = "foreign scan"
    NESTED_LOOP = "nested loop"
    HASH_JOIN = "hash join"
    MERGE_JOIN = "merge join"
    HASH = "hash"
    SORT = "sort"
    INCREMENTAL_SORT = "incremental sort"
    AGGREGATE = "aggregate"
    HASH_AGGREGATE = "hash aggregate"
    GROUP_AGGREGATE = "group aggregate"
    WINDOW = "window"
    UNIQUE = "unique"
    SET_OPERATION = "set operation"
    APPEND = "append"
    MERGE_APPEND = "merge append"
    LIMIT = "limit"
    MATERIALIZE = "materialize"
    MEMOIZE = "memoize"
    GATHER = "gather"
    GATHER_MERGE = "gather merge"
    LOCK_ROWS = "lock rows"
    MODIFY = "modify"
    RESULT = "result"
    RECURSIVE_UNION = "recursive union"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cost:
    """The planner's cost: before the first row, and in all. The engine's own unit."""

    startup: float
    total: float


@dataclass(frozen=True, slots=True)
class Buffers:
    """Blocks of 8 kB (PostgreSQL) touched by a node and its children."""

    shared_hit: int = 0
    shared_read: int = 0
    shared_dirtied: int = 0
    shared_written: int = 0
    temp_read: int = 0
    temp_written: int = 0


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One node. Expressions (`filter`, `index_condition`, …) are redacted: literals stand as `?` or `$n`.

    `estimated_rows`, `actual_rows`, `rows_removed_*` are per loop, as the engines print them; `actual_*` is None where the
    plan was not executed. Times in seconds per loop, memory in bytes.
    """

    kind: NodeKind
    label: str
    """The engine's own name of the node, as in `Bitmap Heap Scan`."""
    estimated_rows: float
    cost: Cost
    children: tuple["PlanNode", ...] = ()
    relation: RelationName | None = None
    alias: str | None = None
    index: str | None = None
    relationship: str | None = None
    """`Outer`, `Inner`, `Subquery`, `InitPlan`, `SubPlan`, `Member`."""
    subplan: str | None = None
    """`SubPlan 1`, `CTE name`: what the parent calls it."""
    width_bytes: int = 0
    filter: str | None = None
    index_condition: str | None = None
    recheck_condition: str | None = None
    join_filter: str | None = None
    hash_condition: str | None = None
    merge_condition: str | None = None
    one_time_filter: str | None = None
    join_type: str | None = None
    sort_keys: tuple[str, ...] = ()
    presorted_keys: tuple[str, ...] = ()
    group_keys: tuple[str, ...] = ()
    strategy: str | None = None
    operation: str | None = None
    output: tuple[str, ...] = ()
    scan_direction: str | None = None
    cte: str | None = None
    function: str | None = None
    parallel_aware: bool = False
    workers_planned: int | None = None
    workers_launched: int | None = None
    actual_rows: float | None = None
    loops: float | None = None
    actual_startup_seconds: float | None = None
    actual_total_seconds: float | None = None
    rows_removed_by_filter: float | None = None
    rows_removed_by_join_filter: float | None = None
    rows_removed_by_recheck: float | None = None
    heap_fetches: float | None = None
    exact_heap_blocks: int | None = None
    lossy_heap_blocks: int | None = None
    sort_method: str | None = None
    sort_space_bytes: int | None = None
    sort_space_type: str | None = None
    """`Memory` or `Disk`."""
    hash_buckets: int | None = None
    hash_batches: int | None = None
    hash_batches_planned: int | None = None
    peak_memory_bytes: int | None = None
    disk_bytes: int | None = None
    subplans_removed: int | None = None
    cache_hits: int | None = None
    cache_misses: int | None = None
    buffers: Buffers | None = None
    longest_list: int | None = None
    """Elements of the longest constant list (`= ANY ('{…}')`) in its conditions."""
    examined_rows: float | None = None
    """Rows that a scan is expected to read a loop, before its filter; None where the engine does not say (PostgreSQL)."""
    possible_indexes: tuple[str, ...] = ()
    """Indexes that the planner weighed for a scan (MySQL), used or not."""
    key_columns: tuple[str, ...] = ()
    """Columns of the index that the scan searches by (MySQL)."""
    compared_with_numbers: tuple[str, ...] = ()
    """Columns that its conditions compare with a number: where such a column is text, MySQL converts each row's value."""
    uses_temporary_table: bool = False
    replanned_per_row: bool = False
    """Whether the access is chosen anew for each outer row (MySQL's `range checked for each record`)."""
    dependent: bool = False
    """Whether a subquery is evaluated for each row of the query around it."""
    offset_rows: float | None = None
    """Rows that a Limit skips, where the engine prints it."""
    message: str | None = None
    """Why nothing is read, as in `Impossible WHERE`."""
    notes: tuple[tuple[str, str], ...] = ()
    """Properties the reader does not know, by name: kept, never dropped."""

    def walk(self) -> Iterator["PlanNode"]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def walk_with_parents(
        self, above: tuple["PlanNode", ...] = ()
    ) -> Iterator[tuple["PlanNode", tuple["PlanNode", ...]]]:
        """Each node with the nodes above it, nearest first."""
        yield self, above
        for child in self.children:
            yield from child.walk_with_parents((self, *above))


@dataclass(frozen=True, slots=True)
class Jit:
    """What just-in-time compilation cost: seconds, None where the plan was not executed."""

    functions: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Time spent in one trigger or foreign-key check of a statement."""

    name: str
    relation: str | None
    constraint: str | None
    seconds: float
    calls: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. Seconds are None where the plan was not executed."""

    root: PlanNode
    shape: PlanId
    planning_seconds: float | None = None
    execution_seconds: float | None = None
    jit: Jit | None = None
    triggers: tuple[Trigger, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    engine: Engine = Engine.POSTGRESQL
    """Whose plan it is."""
    refused_indexes: tuple[tuple[str, str], ...] = ()
    """(index, column) that the server says it could not use because of a conversion (MySQL's warning 1739, MariaDB's note 1105)."""

    @property
    def executed(self) -> bool:
        """Whether the numbers were measured or only estimated."""
        return self.root.actual_rows is not None


class PlanOrigin(StrEnum):
    """How a plan was had; it decides what can be trusted."""

    GENERIC = "generic"
    """EXPLAIN of the normalised statement, parameters unknown."""
    SAMPLE = "sample"
    """EXPLAIN of a statement with its literals, not executed."""
    TWIN = "twin"
    """EXPLAIN on the embedded twin."""
    AUTO_EXPLAIN = "auto_explain"
    """Logged by the server while the statement ran."""
    FILE = "file"
    """Given by the user."""


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """A plan with the statement it belongs to and its weight over the window."""

    statement_id: StatementId
    database: str
    plan: Plan
    origin: PlanOrigin
    taken_at: datetime
    text: str | None = None
    calls: int = 0
    exec_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanRefusal:
    """A statement that was not explained, and why (a side effect was possible, a privilege is missing, …)."""

    statement_id: StatementId
    database: str
    because: str


@dataclass(frozen=True, slots=True)
class Plans(Section):
    """Plans of the statements that cost most, and those that could not be had."""

    name: ClassVar[str] = "plans"
    rows: tuple[StatementPlan, ...]
    refused: tuple[PlanRefusal, ...] = ()
