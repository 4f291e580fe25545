"""The shape of a plan: what it does and to what, without literals, costs, row counts or how many partitions were pruned."""

import hashlib
import re

from tunewright_analyzers.facts.ids import PlanId
from tunewright_analyzers.facts.plans import NodeKind, PlanNode

_LITERAL = re.compile(r"\?|\$\d+")
_CAST = re.compile(r"::[a-z_ ]+(\([\d,? ]*\))?(\[\])?")
_SUFFIX = re.compile(r"_\d+(?=\.)")


def _condition(text: str | None) -> str:
    """A condition without placeholders and casts: `x = $1` and `x = ?::integer` are one."""
    return (
        _SUFFIX.sub("", _LITERAL.sub("?", _CAST.sub("", text or ""))).replace("(", "").replace(")", "").replace(" ", "")
    )


def _parts(node: PlanNode) -> list[str]:
    relation = str(node.relation.name) if node.relation else (node.cte or node.function or "")
    conditions = (node.index_condition, node.hash_condition, node.merge_condition, node.join_filter, node.filter)
    keys = "|".join(_condition(key) for key in (*node.sort_keys, *node.group_keys))
    head = f"{node.label}:{node.join_type or ''}:{relation}:{node.index or ''}:{keys}:{';'.join(_condition(one) for one in conditions)}"
    children = [_parts(child) for child in node.children]
    if node.kind in {NodeKind.APPEND, NodeKind.MERGE_APPEND}:
        kinds = sorted({_partition(part[0]) for part in children})
        return [head, "(", *kinds, ")"]
    return [head, "(", *(text for part in children for text in part), ")"]


def _partition(head: str) -> str:
    """A partition's scan without which partition and index it is: pruning must not change the shape."""
    label, join, *_ = head.split(":")
    return f"{label}:{join}"


def shape(root: PlanNode) -> PlanId:
    """16 hex digits of the plan's shape."""
    return PlanId(hashlib.sha256("\n".join(_parts(root)).encode()).hexdigest()[:16])
