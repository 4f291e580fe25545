"""PostgreSQL's names of plan nodes, and what kind of node each is."""

from tunewright_analyzers.facts.plans import NodeKind

KINDS: dict[str, NodeKind] = {
    "Seq Scan": NodeKind.SEQUENTIAL_SCAN,
    "Sample Scan": NodeKind.SEQUENTIAL_SCAN,
    "Index Scan": NodeKind.INDEX_SCAN,
    "Index Only Scan": NodeKind.INDEX_ONLY_SCAN,
    "Bitmap Index Scan": NodeKind.BITMAP_INDEX_SCAN,
    "Bitmap Heap Scan": NodeKind.BITMAP_HEAP_SCAN,
    "BitmapAnd": NodeKind.BITMAP_COMBINE,
    "BitmapOr": NodeKind.BITMAP_COMBINE,
    "Tid Scan": NodeKind.TID_SCAN,
    "Tid Range Scan": NodeKind.TID_SCAN,
    "Function Scan": NodeKind.FUNCTION_SCAN,
    "Table Function Scan": NodeKind.FUNCTION_SCAN,
    "Values Scan": NodeKind.VALUES_SCAN,
    "CTE Scan": NodeKind.CTE_SCAN,
    "Subquery Scan": NodeKind.SUBQUERY_SCAN,
    "WorkTable Scan": NodeKind.WORK_TABLE_SCAN,
    "Foreign Scan": NodeKind.FOREIGN_SCAN,
    "Custom Scan": NodeKind.OTHER,
    "Nested Loop": NodeKind.NESTED_LOOP,
    "Hash Join": NodeKind.HASH_JOIN,
    "Merge Join": NodeKind.MERGE_JOIN,
    "Hash": NodeKind.HASH,
    "Sort": NodeKind.SORT,
    "Incremental Sort": NodeKind.INCREMENTAL_SORT,
    "Aggregate": NodeKind.AGGREGATE,
    "WindowAgg": NodeKind.WINDOW,
    "Unique": NodeKind.UNIQUE,
    "SetOp": NodeKind.SET_OPERATION,
    "Append": NodeKind.APPEND,
    "Merge Append": NodeKind.MERGE_APPEND,
    "Limit": NodeKind.LIMIT,
    "Materialize": NodeKind.MATERIALIZE,
    "Memoize": NodeKind.MEMOIZE,
    "Gather": NodeKind.GATHER,
    "Gather Merge": NodeKind.GATHER_MERGE,
    "LockRows": NodeKind.LOCK_ROWS,
    "ModifyTable": NodeKind.MODIFY,
    "Result": NodeKind.RESULT,
    "ProjectSet": NodeKind.RESULT,
    "Recursive Union": NodeKind.RECURSIVE_UNION,
}
_AGGREGATES = {
    "Hashed": NodeKind.HASH_AGGREGATE,
    "Mixed": NodeKind.HASH_AGGREGATE,
    "Sorted": NodeKind.GROUP_AGGREGATE,
}


def kind_of(name: str, strategy: str | None) -> NodeKind:
    """The kind of a node by its JSON name and, for aggregates, its strategy; OTHER for a name this reader does not know."""
    kind = KINDS.get(name, NodeKind.OTHER)
    return _AGGREGATES.get(strategy or "", kind) if kind is NodeKind.AGGREGATE else kind
