"""EXPLAIN FORMAT=JSON of MySQL 5.7 to 9.x (version 1 of the form), decoded -> the root PlanNode.

The form nests operations: `ordering_operation` around `grouping_operation` around `nested_loop` around tables. It prints no LIMIT and no join
condition; what a join is expected to give stands as `rows_produced_per_join` of its inner table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanNode
from tunewright_analyzers.plans.mysql.access import above, chain, names, number, scan_fields, subquery, text
from tunewright_analyzers.plans.mysql.notes import notes_of

_WRITES = {"insert": "Insert", "update": "Update", "delete": "Delete", "replace": "Replace"}
_TABLE_KNOWN = frozenset(
    {
        "access_type", "attached_condition", "attached_subqueries", "backward_index_scan", "cost_info", "filtered",
        "index_condition", "key", "key_length", "not_exists", "materialized_from_subquery", "message", "partitions", "possible_keys",
        "range_checked_for_each_record", "ref", "rows_examined_per_scan", "rows_produced_per_join", "table_name",
        "used_columns", "used_key_parts", "using_index", "using_join_buffer", *_WRITES,
    }
)  # fmt: skip
_OPERATIONS = ("ordering_operation", "grouping_operation", "duplicates_removal", "windowing", "buffer_result")
_UNIONS = ("union_result", "intersect_result", "except_result", "unary_result", "intersect", "except")
_BLOCK_KNOWN = frozenset(
    {
        "select_id", "cost_info", "message", "nested_loop", "table", "insert_from", "recursive", "using_filesort",
        "using_temporary_table", "windows", "dependent", "cacheable", "query_specifications", "access_type",
        "table_name", "query_block", *_OPERATIONS, *_UNIONS,
    }
)  # fmt: skip


def _cost(raw: Mapping[str, Any], *keys: str) -> float:
    info = raw.get("cost_info")
    return sum(number(info.get(key)) or 0.0 for key in keys) if isinstance(info, Mapping) else 0.0


def _subqueries(raw: Mapping[str, Any]) -> tuple[PlanNode, ...]:
    found = []
    for key, value in raw.items():
        if key.endswith("_subqueries") and isinstance(value, list):
            for one in value:
                block = one.get("query_block", one)
                name = f"Select #{block.get('select_id', '?')}"
                found.append(subquery(_block(block), name, bool(one.get("dependent"))))
    return tuple(found)


def _materialized(raw: Mapping[str, Any], name: str) -> PlanNode:
    inner = (_block(raw["query_block"]),) if isinstance(raw.get("query_block"), Mapping) else ()
    child = inner[0] if inner else None
    return PlanNode(
        NodeKind.MATERIALIZE,
        "Materialize",
        child.estimated_rows if child else 0.0,
        child.cost if child else Cost(0.0, 0.0),
        inner,
        cte=name,
        uses_temporary_table=bool(raw.get("using_temporary_table")),
        dependent=bool(raw.get("dependent")),
        notes=notes_of(raw, frozenset({"query_block", "using_temporary_table", "dependent", "cacheable"})),
    )


def _table(raw: Mapping[str, Any]) -> PlanNode:
    examined = number(raw.get("rows_examined_per_scan"))
    fields = scan_fields(raw, examined)
    fields["cost"] = Cost(0.0, _cost(raw, "read_cost", "eval_cost"))
    fields["replanned_per_row"] = "range_checked_for_each_record" in raw
    children: tuple[PlanNode, ...] = ()
    made = raw.get("materialized_from_subquery")
    if isinstance(made, Mapping):
        fields |= {"kind": NodeKind.SUBQUERY_SCAN, "relation": None, "cte": fields["alias"]}
        children = (_materialized(made, fields["alias"]),)
    if "table_name" not in raw and "message" in raw:
        fields |= {"kind": NodeKind.RESULT, "label": "No table", "relation": None, "alias": None}
    node = PlanNode(children=(*children, *_subqueries(raw)), notes=notes_of(raw, _TABLE_KNOWN), **fields)
    write = next((label for key, label in _WRITES.items() if raw.get(key)), None)
    if write is None:
        return node
    if write in {"Insert", "Replace"}:
        return replace(node, kind=NodeKind.MODIFY, label=write, operation=write)
    return above(NodeKind.MODIFY, write, node, operation=write, relation=node.relation, alias=node.alias)


def _join(side: PlanNode, raw: Mapping[str, Any]) -> PlanNode:
    """The join of all tables before with this one, without its children."""
    buffer = str(raw.get("using_join_buffer", ""))
    hashed = "hash" in buffer.lower()
    produced = number(raw.get("rows_produced_per_join"))
    return PlanNode(
        NodeKind.HASH_JOIN if hashed else NodeKind.NESTED_LOOP,
        "Hash join" if hashed else f"Nested loop ({buffer})" if buffer else "Nested loop join",
        side.estimated_rows if produced is None else produced,
        Cost(0.0, _cost(raw, "prefix_cost")),
        join_type="Anti" if raw.get("not_exists") else "Inner",
        hash_condition=side.filter if hashed else None,
    )


def _nested(raw: Sequence[Mapping[str, Any]]) -> PlanNode:
    sides = [_any(one) for one in raw]
    tables = [one["table"] if isinstance(one.get("table"), Mapping) else {} for one in raw]
    return chain(sides, [_join(side, table) for side, table in zip(sides, tables, strict=True)])


def _sort(child: PlanNode, raw: Mapping[str, Any], keys: tuple[str, ...] = ()) -> PlanNode:
    cost = child.cost.total + _cost(raw, "sort_cost")
    return above(NodeKind.SORT, "Sort", child, cost=Cost(cost, cost), sort_keys=keys)


def _windowing(raw: Mapping[str, Any], child: PlanNode) -> PlanNode:
    for window in raw.get("windows", ()):
        if window.get("using_filesort"):
            child = _sort(child, raw, names(window.get("filesort_key")))
        buffer = window.get("frame_buffer")
        temporary = bool(window.get("using_temporary_table")) or bool(
            isinstance(buffer, Mapping) and buffer.get("using_temporary_table")
        )
        child = above(NodeKind.WINDOW, "Window aggregate", child, uses_temporary_table=temporary)
    return child


def _operation(key: str, raw: Mapping[str, Any]) -> PlanNode:
    child = _any(raw)
    filesort, temporary = bool(raw.get("using_filesort")), bool(raw.get("using_temporary_table"))
    if key == "windowing":
        return _windowing(raw, child)
    if key == "buffer_result":
        return above(NodeKind.MATERIALIZE, "Buffer result", child, uses_temporary_table=temporary)
    if key == "grouping_operation":
        if temporary:
            grouped = above(
                NodeKind.HASH_AGGREGATE, "Aggregate using temporary table", child, uses_temporary_table=True
            )
            return _sort(grouped, raw) if filesort else grouped
        return above(NodeKind.GROUP_AGGREGATE, "Group aggregate", _sort(child, raw) if filesort else child)
    if key == "duplicates_removal":
        return above(
            NodeKind.UNIQUE,
            "Remove duplicates",
            _sort(child, raw) if filesort else child,
            uses_temporary_table=temporary,
        )
    ordered = _sort(child, raw) if filesort else child
    return replace(ordered, uses_temporary_table=ordered.uses_temporary_table or temporary)


def _union(key: str, raw: Mapping[str, Any]) -> PlanNode:
    members = tuple(
        replace(_block(one.get("query_block", one)), relationship="Member")
        for one in raw.get("query_specifications", ())
    )
    temporary = bool(raw.get("using_temporary_table"))
    deduplicates = temporary and key == "union_result"
    return PlanNode(
        NodeKind.APPEND if key == "union_result" else NodeKind.SET_OPERATION,
        "Union with temporary table" if deduplicates else key.removesuffix("_result").title(),
        sum(one.estimated_rows for one in members),
        Cost(0.0, sum(one.cost.total for one in members)),
        members,
        uses_temporary_table=temporary,
    )


def _inner(raw: Mapping[str, Any]) -> PlanNode:
    for key in _OPERATIONS:
        if isinstance(raw.get(key), Mapping):
            return _operation(key, raw[key])
    for key in _UNIONS:
        if isinstance(raw.get(key), Mapping):
            return _union(key, raw[key])
    if isinstance(raw.get("nested_loop"), list) and raw["nested_loop"]:
        return _nested(raw["nested_loop"])
    if isinstance(raw.get("table"), Mapping):
        return _table(raw["table"])
    if isinstance(raw.get("query_block"), Mapping):
        return _block(raw["query_block"])
    label = "No table" if "message" in raw else "Query block"
    return PlanNode(
        NodeKind.RESULT if "message" in raw else NodeKind.OTHER,
        label,
        0.0,
        Cost(0.0, 0.0),
        message=text(raw.get("message")),
    )


def _any(raw: Mapping[str, Any]) -> PlanNode:
    """Whatever an object holds: an operation, joined tables or one table, with the subqueries named beside it."""
    node = _inner(raw)
    source = raw.get("insert_from")
    extra = (_any(source),) if isinstance(source, Mapping) else ()
    unknown = tuple(one for one in notes_of(raw, _BLOCK_KNOWN) if not one[0].endswith("_subqueries"))
    return replace(node, children=(*node.children, *extra, *_subqueries(raw)), notes=(*node.notes, *unknown))


def _block(raw: Mapping[str, Any]) -> PlanNode:
    node = _any(raw)
    total = _cost(raw, "query_cost")
    return replace(node, cost=Cost(node.cost.startup, total)) if total else node


def is_v1(raw: Mapping[str, Any]) -> bool:
    """Whether the decoded JSON is of this form and not MariaDB's (which has no `cost_info` and prints `rows`)."""
    return isinstance(raw.get("query_block"), Mapping)


def read_v1(raw: Mapping[str, Any]) -> PlanNode:
    """The root. Raises KeyError without `query_block`."""
    return _block(raw["query_block"])
