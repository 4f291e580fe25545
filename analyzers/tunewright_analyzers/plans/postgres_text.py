"""EXPLAIN's text output of PostgreSQL -> the same decoded structure that FORMAT JSON gives; postgres_json makes the Plan of it.

A tree by indentation: `->` begins a node, `Name: value` lines behind it are its properties, `SubPlan 1`, `InitPlan 2` and `CTE name` head a
child's place. The words of properties are those of JSON, with the few exceptions that the tables below name.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_NODE = re.compile(
    r"^(?P<indent>\s*)(?:->\s+)?(?P<head>[A-Z][A-Za-z ]*?(?: on | using |\s*).*?)\s+"
    r"(?:\(cost=(?P<startup>[\d.]+)\.\.(?P<total>[\d.]+) rows=(?P<rows>\d+) width=(?P<width>\d+)\))"
    r"\s*(?P<actual>\(.*\))?\s*$"
)
_BARE = re.compile(
    r"^(?P<indent>\s*)->\s+(?P<head>[A-Z][A-Za-z ]+.*?)\s*(?P<actual>\(actual .*\)|\(never executed\))?\s*$"
)
_ACTUAL = re.compile(
    r"actual (?:time=(?P<first>[\d.]+)\.\.(?P<last>[\d.]+) )?rows=(?P<rows>[\d.]+) loops=(?P<loops>\d+)"
)
_LABELLED = re.compile(r"^\s*(?P<label>SubPlan \S+|InitPlan \S+(?: \(returns .*\))?|CTE .+)$")
_PROPERTY = re.compile(r"^\s*(?P<name>[A-Z][A-Za-z/ -]*?(?:\(s\))?): ?(?P<value>.*)$")
_SCAN = re.compile(
    r"^(?P<node>(?:Seq|Sample|Index Only|Index|Bitmap Heap|Bitmap Index|Tid Range|Tid|Function|Table Function|Values|CTE|WorkTable|Subquery|Foreign|"
    r"Custom) Scan)(?P<extra> Backward| \([^)]*\))?(?: using (?P<index>\"(?:[^\"]|\"\")+\"|\S+))?(?: on (?P<on>.+))?$"
)
_NAME = r"(?:\"(?:[^\"]|\"\")+\"|[^\s.\"]+)"
_TARGET = re.compile(rf"^(?:(?P<schema>{_NAME})\.)?(?P<name>{_NAME})(?: (?P<alias>{_NAME}))?$")
_JOIN = re.compile(
    r"^(?P<method>Nested Loop|Hash|Merge)(?: (?P<type>Left|Right|Full|Semi|Anti|Right Semi|Right Anti))?(?: Join)?$"
)
_AGGREGATE = re.compile(
    r"^(?P<partial>Partial |Finalize |Simple )?(?P<form>HashAggregate|GroupAggregate|MixedAggregate|Aggregate)$"
)
_MODIFY = re.compile(r"^(?P<operation>Insert|Update|Delete|Merge) on (?P<on>.+)$")
_FORMS = {"HashAggregate": "Hashed", "GroupAggregate": "Sorted", "MixedAggregate": "Mixed", "Aggregate": "Plain"}
_NUMBERS = {
    "Rows Removed by Filter",
    "Rows Removed by Join Filter",
    "Rows Removed by Index Recheck",
    "Heap Fetches",
    "Workers Planned",
    "Workers Launched",
    "Subplans Removed",
    "Planned Partitions",
    "Index Searches",
}
_LISTS = {"Sort Key", "Presorted Key", "Group Key", "Output"}
# Lines whose names the server prints without quotes: an apostrophe there begins no literal.
_BARE_NAMES = r"(?m:^[ \t]*(?:CTE |Trigger |Conflict Arbiter Indexes: |Foreign File: |Foreign Program: )[^\n]*)"
_QUOTED = re.compile(rf"{_BARE_NAMES}|\"[^\"]*\"|'[^']*(?:''[^']*)*(?:'|\Z)")
_LONGEST_LITERAL = 200
_LONGEST_LINE = 8_000
_PAIR = re.compile(r"([A-Z][A-Za-z /-]*?): (\S+?)(kB|ms)?(?=\s|$)")


@dataclass(slots=True)
class TextFault(ValueError):
    """Where the text stops being a plan: 1-based line and what was wanted there."""

    line: int
    wanted: str


@dataclass(slots=True)
class _Place:
    indent: int
    node: dict[str, Any]
    children: list["_Place"] = field(default_factory=list)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def split_top(text: str) -> list[str]:
    """Split at commas that are not inside parentheses, brackets or quotes."""
    parts, depth, quote, current = [], 0, "", ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        if letter == "," and depth == 0 and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [*parts, current.strip()] if current.strip() else parts


def _target(node: dict[str, Any], on: str, key: str = "Relation Name") -> None:
    match = _TARGET.match(on.strip())
    if match is None:
        node["Alias"] = on.strip()
        return
    node[key] = _unquoted(match["name"])
    if match["schema"]:
        node["Schema"] = _unquoted(match["schema"])
    node["Alias"] = _unquoted(match["alias"] or match["name"])


def _scan(match: re.Match[str]) -> dict[str, Any]:
    node: dict[str, Any] = {"Node Type": match["node"]}
    kind = match["node"]
    if match["index"]:
        node["Index Name"] = _unquoted(match["index"])
    if "Index" in kind and kind != "Bitmap Index Scan":
        node["Scan Direction"] = "Backward" if match["extra"] else "Forward"
    if match["on"]:
        key = {"Bitmap Index Scan": "Index Name", "CTE Scan": "CTE Name", "WorkTable Scan": "CTE Name"}.get(kind)
        key = "Function Name" if "Function Scan" in kind else key
        if kind in {"Subquery Scan", "Values Scan"}:
            node["Alias"] = _unquoted(match["on"].strip().strip("*"))
        elif kind == "Bitmap Index Scan":
            node["Index Name"] = _unquoted(match["on"].strip())
        else:
            _target(node, match["on"], key or "Relation Name")
    return node


def _head(head: str) -> dict[str, Any]:
    """Node type and what stands in its line, in JSON's words."""
    node: dict[str, Any] = {}
    if head.startswith("Parallel "):
        head, node["Parallel Aware"] = head.removeprefix("Parallel "), True
    if scan := _SCAN.match(head):
        return {**node, **_scan(scan)}
    if join := _JOIN.match(head):
        if head == "Hash":
            return {**node, "Node Type": "Hash"}
        name = "Nested Loop" if join["method"] == "Nested Loop" else f"{join['method']} Join"
        return {**node, "Node Type": name, "Join Type": join["type"] or "Inner"}
    if aggregate := _AGGREGATE.match(head):
        return {**node, "Node Type": "Aggregate", "Strategy": _FORMS[aggregate["form"]]}
    if modify := _MODIFY.match(head):
        node |= {"Node Type": "ModifyTable", "Operation": modify["operation"]}
        _target(node, modify["on"])
        return node
    if head.startswith(("SetOp", "HashSetOp", "MixedSetOp")):
        return {
            **node,
            "Node Type": "SetOp",
            "Strategy": "Hashed" if head.startswith("Hash") else "Sorted",
            "Command": head.split(" ", 1)[-1],
        }
    return {**node, "Node Type": head.removeprefix("Async ").strip()}


def _actual(node: dict[str, Any], text: str | None) -> None:
    if not text:
        return
    if "never executed" in text:
        node |= {"Actual Rows": 0.0, "Actual Loops": 0}
        return
    found = _ACTUAL.search(text)
    if found:
        node |= {"Actual Rows": float(found["rows"]), "Actual Loops": int(found["loops"])}
        if found["first"]:
            node |= {"Actual Startup Time": float(found["first"]), "Actual Total Time": float(found["last"])}


def _sort_method(node: dict[str, Any], value: str) -> None:
    found = re.match(r"(?P<method>.+?)\s+(?P<type>Memory|Disk): (?P<space>\d+)kB", value)
    if found:
        node |= {
            "Sort Method": found["method"],
            "Sort Space Type": found["type"],
            "Sort Space Used": int(found["space"]),
        }


def _groups(node: dict[str, Any], name: str, value: str) -> None:
    """`Full-sort Groups: 32  Sort Method: quicksort  Average Memory: 27kB  Peak Memory: 27kB`."""
    method = re.search(r"Sort Methods?: ([a-z ,-]+?)(?=  |$)", value)
    group: dict[str, Any] = {"Sort Methods Used": [method[1]] if method else []}
    for kind in ("Memory", "Disk"):
        peak = re.search(rf"Peak {kind}: (\d+)kB", value)
        if peak:
            group[f"Sort Space {kind}"] = {"Peak Sort Space Used": int(peak[1])}
    node[name] = group


def _buffers(node: dict[str, Any], value: str) -> None:
    node.setdefault("Shared Hit Blocks", 0)
    for part in value.split(", "):
        area, _, counts = part.partition(" ")
        for kind, number in re.findall(r"(hit|read|dirtied|written)=(\d+)", counts):
            if area in {"shared", "temp", "local"}:
                node[f"{area.title()} {kind.title()} Blocks"] = int(number)


def _pairs(node: dict[str, Any], line: str) -> None:
    """Lines of several pairs: `Buckets: 1024  Batches: 1  Memory Usage: 40kB`, `Hits: 5  Misses: 2 …`, `Batches: 5  Disk Usage: 8kB`."""
    names = {
        "Buckets": "Hash Buckets",
        "Batches": "Hash Batches" if node.get("Node Type") == "Hash" else "HashAgg Batches",
        "Memory Usage": "Peak Memory Usage",
        "Disk Usage": "Disk Usage",
        "Hits": "Cache Hits",
        "Misses": "Cache Misses",
        "Planned Partitions": "Planned Partitions",
    }
    line = re.sub(r"(\d+) \(originally (\d+)\)", r"\1 originally \2", line)
    for name, value, _unit in _PAIR.findall(line):
        if name.strip() in names and value.isdigit():
            node[names[name.strip()]] = int(value)
    original = re.search(r"Batches: \d+ originally (\d+)", line)
    if original:
        node["Original Hash Batches"] = int(original[1])


def _heap_blocks(node: dict[str, Any], value: str) -> None:
    for kind, number in re.findall(r"(exact|lossy)=(\d+)", value):
        node[f"{kind.title()} Heap Blocks"] = int(number)


def _property(node: dict[str, Any], line: str) -> bool:
    match = _PROPERTY.match(line)
    if match is None:
        return False
    name, value = match["name"], match["value"].strip()
    if name in _NUMBERS:
        first = re.match(r"[\d.]+", value)
        node[name] = float(first[0]) if first else 0.0
        if name == "Planned Partitions":
            _pairs(node, line)
    elif name in _LISTS:
        node[name] = split_top(value)
    elif name == "Sort Method":
        _sort_method(node, value)
    elif name in {"Full-sort Groups", "Pre-sorted Groups"}:
        _groups(node, name, value)
    elif name == "Buffers":
        _buffers(node, value)
    elif name == "Heap Blocks":
        _heap_blocks(node, value)
    elif name in {"Buckets", "Batches", "Hits"}:
        _pairs(node, line)
    else:
        node[name] = value
    return True


_LAST = re.compile(
    r"^\s*(?P<name>Planning Time|Execution Time|Settings|JIT|Query Identifier|Planning|Trigger [^:]+|Triggers|Query Text|"
    r"Query Parameters|Serialization):?\s*(?P<value>.*)$"
)


class _Reader:
    """Reads line by line; keeps the nodes above the present one by their indentation."""

    def __init__(self) -> None:
        self.plan: dict[str, Any] = {}
        self.stack: list[_Place] = []
        self.label: tuple[int, str] | None = None
        self.section = ""
        self.triggers: list[dict[str, Any]] = []

    def line(self, number: int, line: str) -> None:
        match = _NODE.match(line) or _BARE.match(line)
        if match is not None and not (self.stack and _is_property(line)):
            self._node(match, number)
            return
        if not self.stack:
            raise TextFault(number, "a plan node such as 'Seq Scan on orders  (cost=0.00..1.00 rows=1 width=4)'")
        labelled = _LABELLED.match(line)
        if labelled is not None:
            self.label = (len(line) - len(line.lstrip()), labelled["label"])
            return
        last = _LAST.match(line)
        indent = len(line) - len(line.lstrip())
        if last is not None and indent <= self.stack[0].indent:
            self._last(last["name"], last["value"])
        elif self.section == "JIT" and indent > 0:
            self._jit(line)
        elif self.section == "Planning":
            return
        elif not _property(self.stack[-1].node, line):
            self.stack[-1].node.setdefault(line.strip()[:60], "")

    def _node(self, match: re.Match[str], number: int) -> None:
        groups = match.groupdict()
        indent = len(groups["indent"])
        node = _head(groups["head"].strip())
        if groups.get("total"):
            node |= {
                "Startup Cost": float(groups["startup"]),
                "Total Cost": float(groups["total"]),
                "Plan Rows": float(groups["rows"]),
                "Plan Width": int(groups["width"]),
            }
        _actual(node, groups.get("actual"))
        place = _Place(indent, node)
        while self.stack and self.stack[-1].indent >= indent:
            self.stack.pop()
        if not self.stack:
            if "Plan" in self.plan:
                raise TextFault(number, "one plan only; this line begins a second one")
            self.plan["Plan"] = node
        else:
            self._attach(self.stack[-1], place)
        self.stack.append(place)

    def _attach(self, parent: _Place, place: _Place) -> None:
        if self.label is not None and self.label[0] < place.indent:
            name = self.label[1]
            place.node["Subplan Name"] = re.sub(r" \(returns .*", "", name) if name.startswith("InitPlan") else name
            place.node["Parent Relationship"] = "SubPlan" if name.startswith("SubPlan") else "InitPlan"
            self.label = None
        else:
            plain = [child for child in parent.children if "Subplan Name" not in child.node]
            members = parent.node.get("Node Type") in {"Append", "Merge Append", "BitmapAnd", "BitmapOr"}
            place.node["Parent Relationship"] = "Member" if members else "Inner" if plain else "Outer"
            if parent.node.get("Node Type") == "Subquery Scan":
                place.node["Parent Relationship"] = "Subquery"
        parent.children.append(place)
        parent.node.setdefault("Plans", []).append(place.node)

    def _last(self, name: str, value: str) -> None:
        self.section = name
        if name in {"Planning Time", "Execution Time"}:
            self.plan[name] = float(value.split()[0])
        elif name == "Settings":
            pairs = re.findall(r"(\S+) = '((?:[^']|'')*)'", value)
            self.plan["Settings"] = {key: text.replace("''", "'") for key, text in pairs}
        elif name == "JIT":
            self.plan["JIT"] = {"Functions": 0}
        elif name.startswith("Trigger "):
            self._trigger(name, value)

    def _trigger(self, name: str, value: str) -> None:
        found = re.match(r"Trigger (?:for constraint )?(?P<name>\S+?)(?: on (?P<on>\S+?))?$", name.strip())
        numbers = re.search(r"time=(?P<time>[\d.]+) calls=(?P<calls>\d+)", value)
        if found and numbers:
            key = "Constraint Name" if "for constraint" in name else "Trigger Name"
            entry = {key: found["name"], "Time": float(numbers["time"]), "Calls": int(numbers["calls"])}
            self.triggers.append({**entry, **({"Relation": found["on"]} if found["on"] else {})})

    def _jit(self, line: str) -> None:
        functions = re.match(r"\s*Functions: (\d+)", line)
        if functions:
            self.plan["JIT"]["Functions"] = int(functions[1])
        total = re.search(r"Total ([\d.]+) ms", line)
        if total:
            self.plan["JIT"]["Timing"] = {"Total": float(total[1])}


def _is_property(line: str) -> bool:
    """Whether a line that looks like a node is a property whose value ends in parentheses, as `Filter: (a = 1)`."""
    match = _PROPERTY.match(line)
    return match is not None and "->" not in line.split(":", 1)[0] and "(cost=" not in line


def _shielded(text: str) -> str:
    """Without the contents of literals that are long or span lines: a line within a literal is no node and no property.

    Their commas stay: the length of a constant list is counted by them. What follows a quote that does not close is part of it.
    """

    def emptied(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == '"' and "\n" in found:
            return found.replace("\n", " ")
        if found[0] != "'" or (len(found) <= _LONGEST_LITERAL and "\n" not in found and found.endswith("'")):
            return found
        return f"'{',' * found.count(',')}'"

    return _QUOTED.sub(emptied, text)


def decode(text: str) -> dict[str, Any]:
    """One element of EXPLAIN's JSON array, made from text. Raises TextFault at the first line that fits nowhere before a node."""
    reader = _Reader()
    for number, line in enumerate(_shielded(text).split("\n"), 1):
        if line.strip():
            reader.line(number, line[:_LONGEST_LINE])
    if "Plan" not in reader.plan:
        raise TextFault(1, "a plan; the text is empty")
    if reader.triggers:
        reader.plan["Triggers"] = reader.triggers
    return reader.plan
