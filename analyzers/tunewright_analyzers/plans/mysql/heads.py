"""The head of a node as MySQL's TREE prints it (and JSON v2's `operation`) -> fields of a PlanNode. Literals are redacted here.

The phrases are those of sql/join_optimizer/explain_access_path.cc, 8.0 to 9.7. A phrase that is not known is kept as the label of a node
of kind OTHER.
"""

import re
from typing import Any

from tunewright_analyzers.facts.plans import NodeKind
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.mysql.redact import redact_expression

_NAME = r"(?:`(?:[^`]|``)*`|<[^>]*>|[^\s(,]+)"
_SCAN = re.compile(
    r"^(?P<label>(?:Single-row )?(?:[Cc]overing )?(?:[Ii]ndex|Table|Full-text index|Multi-range index|[Ss]ample)"
    r" (?:reverse )?(?:range )?(?:skip )?(?:scan|lookup|search)(?: for (?:grouping|deduplication))?)"
    rf" on (?P<target>{_NAME})(?: using (?P<index>{_NAME}))?(?P<rest>.*)$",
    re.DOTALL,
)
_JOIN = re.compile(
    r"^(?P<label>(?:Nested loop|Batched key access) (?P<nested>inner join|left join|semijoin|antijoin|full outer join)"
    r"|(?P<hash>Inner|Left|Full outer) hash join|Hash (?P<semi>semijoin|antijoin))(?P<rest>.*)$",
    re.DOTALL,
)
_LIMIT = re.compile(r"^Limit(?:/Offset)?: (?P<limit>\d+)(?:/(?P<offset>\d+))? row")
_PHRASES: tuple[tuple[str, NodeKind], ...] = (
    ("Sort with duplicate removal", NodeKind.SORT),
    ("Sort row IDs", NodeKind.SORT),
    ("Sort", NodeKind.SORT),
    ("Group aggregate", NodeKind.GROUP_AGGREGATE),
    ("Group (", NodeKind.GROUP_AGGREGATE),
    ("Aggregate using temporary table", NodeKind.HASH_AGGREGATE),
    ("Aggregate", NodeKind.AGGREGATE),
    ("Window", NodeKind.WINDOW),
    ("Limit", NodeKind.LIMIT),
    ("Stream results", NodeKind.RESULT),
    ("Materialize recursive CTE", NodeKind.RECURSIVE_UNION),
    ("Materialize", NodeKind.MATERIALIZE),
    ("Union materialize", NodeKind.MATERIALIZE),
    ("Intersect materialize", NodeKind.SET_OPERATION),
    ("Except materialize", NodeKind.SET_OPERATION),
    ("Temporary table", NodeKind.MATERIALIZE),
    ("Append", NodeKind.APPEND),
    ("Hash", NodeKind.HASH),
    ("Remove duplicate", NodeKind.UNIQUE),
    ("Deduplicate rows sorted by row ID", NodeKind.BITMAP_HEAP_SCAN),
    ("Intersect rows sorted by row ID", NodeKind.BITMAP_HEAP_SCAN),
    ("Repeat until convergence", NodeKind.APPEND),
    ("Scan new records", NodeKind.WORK_TABLE_SCAN),
    ("Rows fetched before execution", NodeKind.RESULT),
    ("Constant row from", NodeKind.RESULT),
    ("Zero", NodeKind.RESULT),
    ("Update", NodeKind.MODIFY),
    ("Delete", NodeKind.MODIFY),
    ("Insert", NodeKind.MODIFY),
    ("Replace", NodeKind.MODIFY),
    ("Filter", NodeKind.RESULT),
    ("Batch input rows", NodeKind.RESULT),
    ("Invalidate materialized tables", NodeKind.RESULT),
    ("Alternative plans", NodeKind.APPEND),
)
_TEMPORARY = ("using temporary table", "Temporary table", "Union materialize", "Materialize", "with buffering")
_CAUSE = re.compile(r"^Zero (?:input )?rows? \((?P<cause>.*)\)|^Zero input rows \((?P<input>[^)]*)\)")
_STRING = re.compile(r"'(?:[^'\\]|\\.|'')*'")
_COLUMN = r"(?:(?:`[^`]*`|\w+)\.)*(`[^`]*`|[A-Za-z_]\w*)"
_NUMBERED = re.compile(rf"{_COLUMN} ?(?:=|<=|>=|<>|<|>) ?-?\d+(?![\w-])|(?<![\w.-])\d+ (?:=|<=|>=|<>|<|>) {_COLUMN}")
_LIST = re.compile(r" in \((?P<list>[^()]*)\)")


def longest_list(text: str) -> int | None:
    """Elements of the longest list of constants in conditions, counted before redaction folds it."""
    return max((found["list"].count(",") + 1 for found in _LIST.finditer(text)), default=None)


def number_columns(text: str) -> tuple[str, ...]:
    """Columns that conditions compare with a number, by name, before redaction makes all literals alike."""
    unquoted = _STRING.sub("''", text)
    return tuple(dict.fromkeys(bare(found[1] or found[2]) for found in _NUMBERED.finditer(unquoted)))


def bare(name: str) -> str:
    """A name without its backticks."""
    return name[1:-1].replace("``", "`") if len(name) > 1 and name[0] == name[-1] == "`" else name


def _scan(found: re.Match[str]) -> dict[str, Any]:
    label, target, rest = found["label"], bare(found["target"]), found["rest"] or ""
    index = bare(found["index"]) if found["index"] else None
    lowered = label.lower()
    if lowered.startswith(("table", "sample")):
        kind = NodeKind.SEQUENTIAL_SCAN
    else:
        kind = NodeKind.INDEX_ONLY_SCAN if "covering" in lowered else NodeKind.INDEX_SCAN
    fields: dict[str, Any] = {"kind": kind, "label": label[0].upper() + label[1:], "alias": target, "index": index}
    if target.startswith("<"):
        fields |= {"kind": NodeKind.SUBQUERY_SCAN, "cte": target}
    else:
        fields["relation"] = RelationName("", "", target)
    condition, _, pushed = rest.partition(", with index condition: ")
    if "re-planned for each iteration" in condition:
        fields["replanned_per_row"] = True
    over = condition.partition(" over ")[2] or condition.strip()
    if index and over.startswith("("):
        fields["index_condition"] = redact_expression(over)
    if "(reverse)" in rest or "reverse" in label.lower():
        fields["scan_direction"] = "Backward"
    if pushed:
        fields["recheck_condition"] = redact_expression(pushed)
    fields["longest_list"] = longest_list(rest)
    return {key: value for key, value in fields.items() if value is not None}


def _join(found: re.Match[str]) -> dict[str, Any]:
    word = found["nested"] or found["hash"] or found["semi"]
    rest = found["rest"].strip()
    fields: dict[str, Any] = {
        "kind": NodeKind.NESTED_LOOP if found["nested"] else NodeKind.HASH_JOIN,
        "label": found["label"],
        "join_type": {"semijoin": "Semi", "antijoin": "Anti"}.get(word, word.split()[0].title()),
    }
    condition, _, extra = rest.partition(", extra conditions: ")
    if condition and condition != "(no condition)" and not found["nested"]:
        fields["hash_condition"] = redact_expression(condition)
    if extra:
        fields["join_filter"] = redact_expression(extra)
    return fields


def split_keys(text: str) -> tuple[str, ...]:
    """`a.x DESC, f(a.y, 1)` -> its parts at the commas outside parentheses."""
    parts, depth, current = [], 0, ""
    for one in text:
        depth += {"(": 1, ")": -1}.get(one, 0)
        if one == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += one
    return tuple(part for part in (*parts, current.strip()) if part)


def head_fields(head: str) -> dict[str, Any]:
    """Fields of the node that `head` names; `condition` of a Filter stands as `filter`."""
    scan = _SCAN.match(head)
    if scan is not None:
        return _scan(scan)
    join = _JOIN.match(head)
    if join is not None:
        return _join(join)
    phrase, kind = next(((phrase, kind) for phrase, kind in _PHRASES if head.startswith(phrase)), ("", NodeKind.OTHER))
    safe = redact_expression(head)
    label = safe.partition(": ")[0] if phrase else safe
    fields: dict[str, Any] = {"kind": kind, "label": label}
    rest = safe.partition(": ")[2]
    if any(word in head[:60] for word in _TEMPORARY):
        fields["uses_temporary_table"] = True
    if kind is NodeKind.SORT:
        fields["sort_keys"] = split_keys(rest.partition(", limit input to")[0])
    elif phrase == "Filter":
        fields |= {"filter": rest, "longest_list": longest_list(head), "compared_with_numbers": number_columns(head)}
    elif kind is NodeKind.LIMIT:
        limit = _LIMIT.match(head)
        offset = limit["offset"] if limit else None
        fields |= {"label": "Limit", "offset_rows": float(offset) if offset else None}
    elif phrase == "Zero":
        cause = _CAUSE.match(head)
        fields |= {"label": "Zero rows", "message": redact_expression((cause and (cause[1] or cause[2])) or head)}
    elif phrase == "Deduplicate rows sorted by row ID":
        fields |= {"label": "Index merge", "strategy": "union"}
    elif phrase == "Intersect rows sorted by row ID":
        fields |= {"label": "Index merge", "strategy": "intersect"}
    elif "materialize" in phrase.lower():
        fields |= {"label": phrase, "cte": _cte(head)}
    elif phrase == "Scan new records":
        fields |= {"label": phrase, "cte": bare(head.rpartition(" on ")[2])}
    return {key: value for key, value in fields.items() if value is not None}


def _cte(head: str) -> str | None:
    found = re.match(rf"Materialize (?:recursive )?CTE (?P<name>{_NAME})", head)
    return bare(found["name"]) if found else None
