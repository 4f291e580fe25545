"""What the two nested JSON forms share (MySQL's v1 and MariaDB's): a `table` object -> a scan, and a list of tables -> a chain of joins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanNode
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.plans.mysql.heads import longest_list, number_columns
from tunewright_analyzers.sql.mysql.redact import redact_expression

_LABELS = {
    "ALL": "Table scan",
    "index": "Index scan",
    "range": "Index range scan",
    "ref": "Index lookup",
    "ref_or_null": "Index lookup",
    "eq_ref": "Single-row index lookup",
    "const": "Constant row",
    "system": "Constant row",
    "index_merge": "Index merge",
    "fulltext": "Full-text index search",
    "unique_subquery": "Single-row index lookup",
    "index_subquery": "Index lookup",
    "hash_ALL": "Table scan",
    "hash_index": "Index scan",
    "hash_range": "Index range scan",
    "hash_eq_ref": "Index lookup",
    "hash_ref": "Index lookup",
}
"""In the words of TREE, so that one fault has one name whatever the format."""


def number(value: object) -> float | None:
    """A figure, also where it is printed as a string (`"filtered": "90.00"`)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) else None


def names(value: object) -> tuple[str, ...]:
    """A list of names, redacted as expressions are: an index over an expression may show one."""
    return (
        tuple(redact_expression(str(one)) for one in value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else ()
    )


def text(value: object) -> str | None:
    """A redacted expression."""
    return redact_expression(value) if isinstance(value, str) else None


def _searched(raw: Mapping[str, Any]) -> str | None:
    """What the index is searched by: `(customer_id = c.id)`, `(range of created_at)`; None for a walk over all of it."""
    access, parts, values = raw.get("access_type"), names(raw.get("used_key_parts")), names(raw.get("ref"))
    if access in {"ALL", "index", "hash_ALL", "hash_index"}:
        return None
    if access == "range" or not values:
        return f"(range of {', '.join(parts)})" if parts else None
    pairs = (
        f"{part} = {'?' if value == 'const' else value.partition('.')[2] if value.count('.') == 2 else value}"
        for part, value in zip(parts, values, strict=False)
    )
    return f"({' and '.join(pairs)})"


def _kind(raw: Mapping[str, Any], access: str) -> NodeKind:
    if access in {"ALL", "hash_ALL"}:
        return NodeKind.SEQUENTIAL_SCAN
    if access == "index_merge":
        return NodeKind.BITMAP_HEAP_SCAN
    if access in _LABELS:
        return NodeKind.INDEX_ONLY_SCAN if raw.get("using_index") else NodeKind.INDEX_SCAN
    return NodeKind.OTHER


def scan_fields(raw: Mapping[str, Any], examined: float | None) -> dict[str, Any]:
    """The fields of a scan that both forms give alike; figures of the execution are the caller's."""
    access = str(raw.get("access_type", "ALL"))
    name = str(raw.get("table_name", "?"))
    filtered = number(raw.get("filtered"))
    conditions = [str(raw[key]) for key in ("attached_condition", "index_condition") if key in raw]
    made = name.startswith("<")
    label = _LABELS.get(access, access)
    return {
        "kind": NodeKind.SUBQUERY_SCAN if made else _kind(raw, access),
        "label": f"Covering {label[0].lower()}{label[1:]}" if raw.get("using_index") and "ndex" in label else label,
        "estimated_rows": (examined or 0.0) * (100.0 if filtered is None else filtered) / 100.0,
        "cost": Cost(0.0, 0.0),
        "examined_rows": examined,
        "relation": None if made else RelationName("", "", name),
        "alias": name,
        "cte": name if made else None,
        "index": raw.get("key") if isinstance(raw.get("key"), str) else None,
        "strategy": str(raw.get("key", "")).partition("(")[0] or None if access == "index_merge" else None,
        "index_condition": _searched(raw),
        "recheck_condition": text(raw.get("index_condition")),
        "filter": text(raw.get("attached_condition")),
        "possible_indexes": names(raw.get("possible_keys")),
        "key_columns": names(raw.get("used_key_parts")),
        "output": names(raw.get("used_columns")),
        "scan_direction": "Backward" if raw.get("backward_index_scan") else None,
        "longest_list": max((one for one in map(longest_list, conditions) if one), default=None),
        "compared_with_numbers": tuple(dict.fromkeys(one for part in conditions for one in number_columns(part))),
        "message": text(raw.get("message")),
    }


def chain(sides: Sequence[PlanNode], joined: Sequence[PlanNode]) -> PlanNode:
    """Tables in the order of their reading -> a left-deep tree: `joined[i]` is the join of all before with `sides[i]`, without children."""
    root = sides[0]
    for side, join in zip(sides[1:], joined[1:], strict=True):
        root = replace(join, children=(root, side))
    return root


def subquery(node: PlanNode, name: str, dependent: bool) -> PlanNode:
    """A subquery as a child of the node whose expressions use it."""
    return replace(node, subplan=name, relationship="SubPlan" if dependent else "InitPlan", dependent=dependent)


def above(kind: NodeKind, label: str, child: PlanNode, **fields: Any) -> PlanNode:
    """A node over one child that gives as many rows, unless `fields` say otherwise."""
    return PlanNode(
        **{
            "kind": kind,
            "label": label,
            "estimated_rows": child.estimated_rows,
            "cost": child.cost,
            "children": (child,),
            **fields,
        }
    )
