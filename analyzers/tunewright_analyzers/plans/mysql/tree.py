"""EXPLAIN FORMAT=TREE and EXPLAIN ANALYZE of MySQL -> the root PlanNode. Times become seconds; rows and times are per loop, as printed."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanNode
from tunewright_analyzers.plans.mysql.fold import fold_filter, settle
from tunewright_analyzers.plans.mysql.heads import head_fields

_NUMBER = r"[-+.\de]+"
_LINE = re.compile(r"^(?P<indent>\s*)-> (?P<text>.*)$", re.DOTALL)
_TAIL = re.compile(
    rf"\s+(?:\(cost=(?P<cost>{_NUMBER}?)(?:\.\.(?P<total>{_NUMBER}))?(?: rows=(?P<rows>{_NUMBER}))?\))?\s*"
    rf"(?:\((?:actual time=(?P<first>{_NUMBER}?)\.\.(?P<last>{_NUMBER}) rows=(?P<actual>{_NUMBER}) loops=(?P<loops>{_NUMBER})|"
    r"(?P<never>never executed))\))?\s*$"
)
_SELECT = re.compile(r"^(?P<name>Select #\d+) \((?P<what>.*)\)$")
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`""", re.DOTALL)
LONGEST_LINE = 200_000


class TreeFault(ValueError):
    """A line that is no node of a tree: its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class _Place:
    indent: int
    text: str
    below: list["_Place"] = field(default_factory=list)


NOT_EXECUTABLE = "<not executable by iterator executor>"
"""All that MySQL 8.0 prints for an UPDATE or DELETE of one table."""


def looks_like_tree(text: str) -> bool:
    """Whether the first line is a node of MySQL's TREE: PostgreSQL's first line has no arrow."""
    first = text.lstrip().partition("\n")[0]
    return (first.startswith("-> ") and " width=" not in first) or text.strip() == NOT_EXECUTABLE


def numbers(text: str) -> tuple[str, dict[str, Any]]:
    """A node's text without its figures, and the figures as fields."""
    tail = _TAIL.search(text)
    if tail is None or not tail[0].strip():
        return text.strip(), {}
    fields: dict[str, Any] = {}
    if tail["cost"]:
        total = float(tail["total"] or tail["cost"])
        fields["cost"] = Cost(float(tail["cost"]) if tail["total"] else 0.0, total)
        fields["estimated_rows"] = float(tail["rows"] or 0.0)
    if tail["never"]:
        fields |= {"actual_rows": 0.0, "loops": 0.0}
    elif tail["actual"]:
        fields |= {
            "actual_rows": float(tail["actual"]),
            "loops": float(tail["loops"]),
            "actual_startup_seconds": float(tail["first"]) / 1000,
            "actual_total_seconds": float(tail["last"]) / 1000,
        }
    return text[: tail.start()].strip(), fields


def subquery_fields(heading: str) -> dict[str, Any] | None:
    """`Select #2 (subquery in projection; dependent)` -> how the node below it belongs; None for another heading."""
    found = _SELECT.match(heading)
    if found is None:
        return None
    dependent = "dependent" in found["what"]
    return {
        "subplan": found["name"],
        "relationship": "SubPlan" if dependent else "InitPlan",
        "dependent": dependent,
    }


def hashed(below: PlanNode) -> PlanNode:
    """The `Hash` above the side of a hash join that is put into the table."""
    return PlanNode(
        NodeKind.HASH,
        "Hash",
        below.estimated_rows,
        below.cost,
        (below,),
        actual_rows=below.actual_rows,
        loops=below.loops,
        actual_total_seconds=below.actual_total_seconds,
    )


def with_projected(node: PlanNode, subqueries: tuple[PlanNode, ...]) -> PlanNode:
    """The node with the subqueries of its select list below it, whose time MySQL does not count into the node's."""
    seconds = node.actual_total_seconds
    if seconds is not None and node.loops:
        spent = sum((one.actual_total_seconds or 0.0) * (one.loops or 0.0) for one in subqueries)
        seconds += spent / node.loops
    return replace(node, children=(*node.children, *subqueries), actual_total_seconds=seconds)


def _nodes(place: _Place) -> tuple[PlanNode, ...]:
    """The node of a line; a heading gives those below it."""
    head, figures = numbers(place.text)
    children = tuple(node for one in place.below for node in _nodes(one))
    subquery = subquery_fields(head)
    if subquery is not None:
        return tuple(replace(child, **subquery) for child in children)
    if head == "Hash" and len(children) == 1:
        return (hashed(children[0]),)
    fields = {"estimated_rows": 0.0, "cost": Cost(0.0, 0.0), **head_fields(head), **figures}
    node = PlanNode(children=children, **fields)
    return (settle(fold_filter(node) if node.label == "Filter" else node),)


def _shielded(text: str) -> str:
    """Line breaks within literals and names become blanks, so that each node is one line."""
    return _QUOTED.sub(lambda found: found[0].replace("\n", " "), text)


def read_tree(text: str) -> PlanNode:
    """The root. Raises TreeFault for text that is no tree."""
    if text.strip() == NOT_EXECUTABLE:
        return PlanNode(NodeKind.OTHER, NOT_EXECUTABLE, 0.0, Cost(0.0, 0.0))
    roots: list[_Place] = []
    stack: list[_Place] = []
    for number, line in enumerate(_shielded(text).split("\n"), 1):
        if not line.strip() or line.strip() in {"EXPLAIN", "EXPLAIN:"}:
            continue
        found = _LINE.match(line[:LONGEST_LINE])
        if found is None:
            raise TreeFault(number)
        place = _Place(len(found["indent"]), found["text"])
        while stack and stack[-1].indent >= place.indent:
            stack.pop()
        if stack:
            stack[-1].below.append(place)
        elif roots and not _SELECT.match(numbers(place.text)[0]):
            raise TreeFault(number)
        else:
            roots.append(place)
        stack.append(place)
    if not roots:
        raise TreeFault(1)
    nodes = [node for one in roots for node in _nodes(one)]
    if not nodes:
        raise TreeFault(1)
    return with_projected(nodes[0], tuple(nodes[1:]))
