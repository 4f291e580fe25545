"""EXPLAIN FORMAT=JSON of MySQL 8.3 and later with explain_json_format_version = 2, decoded -> the root PlanNode.

Its `operation` is the head that TREE prints, so that both are read by the same words; the properties beside it name what the head leaves out
(schema, table behind an alias, covering, columns).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanNode
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.plans.mysql.fold import fold_filter, settle
from tunewright_analyzers.plans.mysql.heads import head_fields
from tunewright_analyzers.plans.mysql.notes import notes_of
from tunewright_analyzers.plans.mysql.tree import hashed, subquery_fields, with_projected
from tunewright_analyzers.sql.mysql.redact import redact_expression

_KNOWN = frozenset(
    {
        "access_type", "actual_first_row_ms", "actual_last_row_ms", "actual_loops", "actual_rows", "alias", "buffering",
        "condition", "covering", "cte", "deduplication", "dependent", "estimated_first_row_cost", "estimated_rows",
        "estimated_total_cost", "filter_columns", "functions", "group_by", "hash_condition", "heading",
        "index_access_type", "index_name", "inputs", "inputs_from_select_list", "join_algorithm", "join_columns",
        "join_type", "key_columns", "limit", "limit_offset", "lookup_condition", "lookup_references", "operation",
        "per_chunk_limit", "pushed_index_condition", "ranges", "recursive", "rollup", "row_ids", "schema_name",
        "sort_fields", "subquery", "subquery_location", "table_name", "temp_table", "union", "used_columns",
        "zero_rows_cause", "extra_condition", "multi_range_read", "reverse",
    }
)  # fmt: skip


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _names(value: object) -> tuple[str, ...]:
    return tuple(redact_expression(str(one)) for one in value) if isinstance(value, list) else ()


def _figures(raw: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "estimated_rows": _number(raw.get("estimated_rows")) or 0.0,
        "cost": Cost(
            _number(raw.get("estimated_first_row_cost")) or 0.0, _number(raw.get("estimated_total_cost")) or 0.0
        ),
    }
    if "actual_loops" in raw:
        first, last = _number(raw.get("actual_first_row_ms")), _number(raw.get("actual_last_row_ms"))
        fields |= {
            "actual_rows": _number(raw.get("actual_rows")) or 0.0,
            "loops": _number(raw.get("actual_loops")) or 0.0,
            "actual_startup_seconds": None if first is None else first / 1000,
            "actual_total_seconds": None if last is None else last / 1000,
        }
    return fields


def _place(raw: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Table, alias, columns and index of a scan."""
    found: dict[str, Any] = {"output": _names(raw.get("used_columns")), "key_columns": _names(raw.get("key_columns"))}
    name = raw.get("table_name")
    if isinstance(name, str) and fields.get("kind") is not NodeKind.SUBQUERY_SCAN and not name.startswith("<"):
        found["relation"] = RelationName("", str(raw.get("schema_name", "")), name)
        found["alias"] = str(raw.get("alias", name))
    if isinstance(raw.get("index_name"), str):
        found["index"] = raw["index_name"]
    offset = _number(raw.get("limit_offset"))
    if offset:
        found["offset_rows"] = offset
    if isinstance(raw.get("zero_rows_cause"), str):
        found["message"] = redact_expression(raw["zero_rows_cause"])
    return found


def _node(raw: Mapping[str, Any]) -> PlanNode:
    children = tuple(_node(one) for one in raw.get("inputs", ()))
    fields = head_fields(str(raw["operation"]))
    fields = {**fields, **_figures(raw), **_place(raw, fields)}
    node = PlanNode(children=children, notes=notes_of(raw, _KNOWN), **fields)
    node = settle(fold_filter(node) if node.label == "Filter" else node)
    node = with_projected(node, tuple(_node(one) for one in raw.get("inputs_from_select_list", ())))
    heading = raw.get("heading")
    if isinstance(heading, str):
        subquery = subquery_fields(heading)
        if subquery is not None:
            return replace(node, **subquery)
        if heading == "Hash":
            return hashed(node)
    return node


def is_v2(raw: Mapping[str, Any]) -> bool:
    """Whether the decoded JSON is of this form: with or without the envelope (the query and its type)."""
    return isinstance(raw.get("query_plan"), Mapping) or ("operation" in raw and "query_block" not in raw)


def read_v2(raw: Mapping[str, Any]) -> PlanNode:
    """The root. Raises KeyError where a node has no `operation`."""
    return _node(raw.get("query_plan", raw))
