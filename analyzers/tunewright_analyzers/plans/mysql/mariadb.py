"""EXPLAIN and ANALYZE FORMAT=JSON of MariaDB 10.x and 11.x -> the root PlanNode.

ANALYZE prints `r_rows` a loop before the filter and `r_filtered` in per cent; times are over all loops, in milliseconds. 10.11 prints no costs.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tunewright_analyzers.facts.plans import Cost, NodeKind, PlanNode
from tunewright_analyzers.plans.mysql.access import above, chain, number, scan_fields, subquery, text
from tunewright_analyzers.plans.mysql.heads import split_keys
from tunewright_analyzers.plans.mysql.notes import notes_of
from tunewright_analyzers.sql.mysql.redact import redact_expression

_LINE = re.compile(r'^(?P<head>\s*"[A-Za-z_-]+": )"(?P<value>.*)"(?P<comma>,?)\s*$')
_WRITES = {"insert": "Insert", "update": "Update", "delete": "Delete"}
_TABLE_KNOWN = frozenset(
    {
        "access_type", "attached_condition", "cost", "filtered", "index_condition", "index_merge", "key", "key_length",
        "loops", "materialized", "message", "partitions", "possible_keys", "r_engine_stats", "r_filtered",
        "r_icp_filtered", "r_index_rows", "r_loops", "r_other_time_ms", "r_rows", "r_table_loops", "r_table_time_ms",
        "r_total_filtered", "r_total_time_ms", "ref", "rows", "table_name", "used_key_parts", "using_index",
        "rowid_filter", "not_exists", *_WRITES,
    }
)  # fmt: skip
_STEP_KNOWN = frozenset(
    {
        "select_id", "cost", "nested_loop", "table", "filesort", "temporary_table", "having_condition", "subqueries",
        "union_result", "recursive_union", "operation", "window_functions_computation", "duplicates_removal",
        "read_sorted_file", "block-nl-join", "range-checked-for-each-record", "full-scan-on-null_key", "r_loops",
        "r_total_time_ms", "sort_key", "r_limit", "r_used_priority_queue", "r_output_rows", "r_buffer_size",
        "r_sort_mode", "r_rows", "keys", "r_keys", "sorts", "query_block", "materialization", "expression_cache",
        "subquery_cache", "optimization", "r_sort_passes", "const_condition", "outer_ref_condition",
    }
)  # fmt: skip


def mended(broken: str) -> str:
    """MariaDB escapes nothing in its conditions: `"a = 'it\\'s "so"'"`. Each property has a line of its own: its value is quoted anew."""

    def quoted(line: str) -> str:
        found = _LINE.match(line)
        return f"{found['head']}{json.dumps(found['value'])}{found['comma']}" if found else line

    return "\n".join(quoted(line) for line in broken.split("\n"))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys may repeat (releases before 10.11 print `table` several times): the repeated ones as a nested_loop."""
    names = [key for key, _ in pairs]
    made = dict(pairs)
    if names.count("table") > 1 or ("table" in names and "block-nl-join" in names):
        steps = {"table", "block-nl-join", "read_sorted_file", "range-checked-for-each-record"}
        made["nested_loop"] = [{key: value} for key, value in pairs if key in steps]
        for key in steps:
            made.pop(key, None)
    return made


def decode(raw: str) -> Any:
    """json.loads that bears MariaDB's unescaped quotes and repeated keys. Raises json.JSONDecodeError."""
    try:
        return json.loads(raw, object_pairs_hook=_pairs)
    except json.JSONDecodeError:
        try:
            return json.loads(mended(raw), object_pairs_hook=_pairs)
        except json.JSONDecodeError:
            pass
        raise


def _executed(raw: Mapping[str, Any]) -> dict[str, Any]:
    loops = number(raw.get("r_loops"))
    read = number(raw.get("r_rows"))
    if loops is None or read is None:
        return {}
    filtered = number(raw.get("r_filtered"))
    kept = read * (100.0 if filtered is None else filtered) / 100.0
    spent = [number(raw.get(key)) for key in ("r_table_time_ms", "r_other_time_ms")]
    seconds = (
        sum(one for one in spent if one is not None) / 1000 / loops
        if loops and any(one is not None for one in spent)
        else None
    )
    return {
        "actual_rows": kept,
        "loops": loops,
        "rows_removed_by_filter": max(0.0, read - kept) if "attached_condition" in raw else None,
        "actual_total_seconds": seconds,
    }


def _merged(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Name and indexes of an index merge, which stand as a tree: `{"union": [{"range": {"key": …}}]}`."""
    merge = raw.get("index_merge")
    if not isinstance(merge, Mapping) or not merge:
        return {}
    how, parts = next(iter(merge.items()))
    keys = (
        [str(part.get("range", {}).get("key", "?")) for part in parts if isinstance(part, Mapping)]
        if isinstance(parts, list)
        else []
    )
    return {"strategy": str(how), "index": f"{how}({','.join(keys)})"}


def _table(raw: Mapping[str, Any]) -> PlanNode:
    if "table_name" not in raw:
        return PlanNode(NodeKind.RESULT, "No table", 0.0, Cost(0.0, 0.0), message=text(raw.get("message")))
    fields = {**scan_fields(raw, number(raw.get("rows"))), **_executed(raw), **_merged(raw)}
    fields["cost"] = Cost(0.0, number(raw.get("cost")) or 0.0)
    children: tuple[PlanNode, ...] = ()
    made = raw.get("materialized")
    if isinstance(made, Mapping):
        inner = _block(made.get("query_block", made))
        lateral = bool(made.get("lateral"))
        children = (
            above(
                NodeKind.MATERIALIZE,
                "Materialize",
                inner,
                cte=fields["alias"],
                uses_temporary_table=True,
                dependent=lateral,
            ),
        )
        fields |= {"kind": NodeKind.SUBQUERY_SCAN, "relation": None, "cte": fields["alias"]}
    node = PlanNode(children=children, notes=notes_of(raw, _TABLE_KNOWN), **fields)
    write = next((label for key, label in _WRITES.items() if raw.get(key)), None)
    return (
        node
        if write is None
        else above(NodeKind.MODIFY, write, node, operation=write, relation=node.relation, alias=node.alias)
    )


def _filesort(raw: Mapping[str, Any]) -> PlanNode:
    child = _step(raw)
    keys = split_keys(redact_expression(str(raw.get("sort_key", ""))))
    loops, spent = number(raw.get("r_loops")), number(raw.get("r_total_time_ms"))
    passes = number(raw.get("r_sort_passes"))
    return above(
        NodeKind.SORT,
        "Sort",
        child,
        sort_keys=keys,
        actual_rows=number(raw.get("r_output_rows")),
        loops=loops,
        actual_total_seconds=(spent / 1000 / loops if spent is not None and loops else None),
        sort_space_type="Disk" if passes else None,
        sort_method="external merge" if passes else "top-N heapsort" if raw.get("r_used_priority_queue") else None,
    )


def _block_join(raw: Mapping[str, Any]) -> tuple[PlanNode, PlanNode]:
    """(the inner side, the join without children) of a join through a buffer."""
    side = _step(raw)
    how = str(raw.get("join_type", "BNL"))
    loops, each, filtered = (
        number(raw.get("r_loops")),
        number(raw.get("r_effective_rows")),
        number(raw.get("r_filtered")),
    )
    measured: dict[str, Any] = {}
    if loops is not None and each is not None:
        pairs = loops * each
        kept = pairs * (100.0 if filtered is None else filtered) / 100.0
        measured = {"actual_rows": kept, "loops": 1.0, "rows_removed_by_join_filter": max(0.0, pairs - kept)}
    join = PlanNode(
        NodeKind.HASH_JOIN if how.endswith("H") else NodeKind.NESTED_LOOP,
        f"Block nested loop join ({how})",
        0.0,
        Cost(0.0, 0.0),
        join_type="Inner",
        join_filter=text(raw.get("attached_condition")),
        **measured,
    )
    return side, join


def _nested(raw: Sequence[Mapping[str, Any]]) -> PlanNode:
    sides, joins, estimated = [], [], 1.0
    for one in raw:
        buffered = one.get("block-nl-join")
        if isinstance(buffered, Mapping):
            side, join = _block_join(buffered)
        else:
            side = _step(one)
            total = None if side.actual_rows is None else side.actual_rows * (side.loops or 0.0)
            join = PlanNode(
                NodeKind.NESTED_LOOP, "Nested loop join", 0.0, Cost(0.0, 0.0), join_type="Inner",
                actual_rows=total, loops=None if total is None else 1.0,
            )  # fmt: skip
        estimated *= side.estimated_rows
        sides.append(side)
        joins.append(replace(join, estimated_rows=estimated, cost=Cost(0.0, sum(each.cost.total for each in sides))))
    return chain(sides, joins)


def _subqueries(raw: Mapping[str, Any], outer: PlanNode) -> Iterator[PlanNode]:
    aliases = {node.alias for node in outer.walk() if node.alias}
    for one in raw.get("subqueries", ()):
        cache = next((key for key in ("expression_cache", "subquery_cache") if isinstance(one.get(key), Mapping)), None)
        held = one[cache] if cache else one
        held = held.get("materialization", held)
        block = held.get("query_block", held)
        node = _block(block)
        dependent = cache is not None or _speaks_of(node, aliases) or (number(block.get("r_loops")) or 0.0) > 1.0
        yield subquery(node, f"Select #{block.get('select_id', '?')}", dependent)


def _speaks_of(node: PlanNode, aliases: set[str]) -> bool:
    """Whether a condition within `node` names a table that is not its own."""
    foreign = aliases - {one.alias for one in node.walk() if one.alias}
    texts = [part for one in node.walk() for part in (one.filter, one.index_condition, one.join_filter) if part]
    return any(
        re.search(rf"(?<![\w`.]){re.escape(name)}\.", part.replace("`", "")) for name in foreign for part in texts
    )


def _windows(raw: Mapping[str, Any]) -> PlanNode:
    child = _step(raw)
    for one in raw.get("sorts", ()):
        sort = one.get("filesort", {})
        child = above(
            NodeKind.SORT, "Sort", child, sort_keys=split_keys(redact_expression(str(sort.get("sort_key", ""))))
        )
    return above(NodeKind.WINDOW, "Window aggregate", child)


def _union(raw: Mapping[str, Any], recursive: bool) -> PlanNode:
    members = tuple(
        replace(_block(one.get("query_block", one)), relationship="Member")
        for one in raw.get("query_specifications", ())
    )
    return PlanNode(
        NodeKind.RECURSIVE_UNION if recursive else NodeKind.APPEND,
        "Recursive union" if recursive else "Union",
        sum(one.estimated_rows for one in members),
        Cost(0.0, sum(one.cost.total for one in members)),
        members,
        actual_rows=number(raw.get("r_rows")),
        loops=number(raw.get("r_loops")) if raw.get("r_rows") is not None else None,
        uses_temporary_table=str(raw.get("table_name", "")).startswith("<"),
    )


_READERS: dict[str, Callable[[Mapping[str, Any]], PlanNode]] = {
    "filesort": _filesort,
    "window_functions_computation": _windows,
    "union_result": lambda raw: _union(raw, False),
    "recursive_union": lambda raw: _union(raw, True),
    "table": _table,
    "query_block": lambda raw: _block(raw),
}
_THROUGH = ("read_sorted_file", "full-scan-on-null_key", "materialization", "expression_cache", "subquery_cache")


def _step(raw: Mapping[str, Any]) -> PlanNode:
    """Whatever an object holds."""
    for key in ("nested_loop", "duplicates_removal"):
        if isinstance(raw.get(key), list) and raw[key]:
            node = _nested(raw[key])
            return above(NodeKind.UNIQUE, "Remove duplicates", node) if key == "duplicates_removal" else node
    for key, reader in _READERS.items():
        if isinstance(raw.get(key), Mapping):
            return reader(raw[key])
    if isinstance(raw.get("temporary_table"), Mapping):
        return above(NodeKind.MATERIALIZE, "Temporary table", _step(raw["temporary_table"]), uses_temporary_table=True)
    if isinstance(raw.get("block-nl-join"), Mapping):
        return _step(raw["block-nl-join"])
    if isinstance(raw.get("range-checked-for-each-record"), Mapping):
        return replace(_step(raw["range-checked-for-each-record"]), replanned_per_row=True)
    for key in _THROUGH:
        if isinstance(raw.get(key), Mapping):
            return _step(raw[key])
    return PlanNode(NodeKind.OTHER, "Query block", 0.0, Cost(0.0, 0.0), notes=notes_of(raw, frozenset()))


def _block(raw: Mapping[str, Any]) -> PlanNode:
    node = _step(raw)
    total, loops, spent = number(raw.get("cost")), number(raw.get("r_loops")), number(raw.get("r_total_time_ms"))
    changes: dict[str, Any] = {"children": (*node.children, *_subqueries(raw, node))}
    changes["notes"] = (*node.notes, *notes_of(raw, _STEP_KNOWN))
    if total is not None:
        changes["cost"] = Cost(node.cost.startup, total)
    if loops is not None and spent is not None and loops:
        changes["actual_total_seconds"] = spent / 1000 / loops
        if node.actual_rows is not None and node.loops != loops:
            changes |= {"actual_rows": node.actual_rows * (node.loops or 0.0) / loops, "loops": loops}
            if node.rows_removed_by_filter is not None:
                changes["rows_removed_by_filter"] = node.rows_removed_by_filter * (node.loops or 0.0) / loops
        elif node.actual_rows is None:
            changes["loops"] = loops
    having = raw.get("having_condition")
    if isinstance(having, str) and node.filter is None:
        changes["filter"] = redact_expression(having)
    return replace(node, **changes)


def is_mariadb(raw: Mapping[str, Any]) -> bool:
    """Whether the decoded JSON is MariaDB's: the block has no `cost_info`, its tables print `rows`, ANALYZE begins with `query_optimization`."""
    if "query_optimization" in raw:
        return True
    words = json.dumps(raw)
    return (
        '"rows_examined_per_scan"' not in words
        and '"cost_info"' not in words
        and any(mark in words for mark in ('"rows": ', '"r_loops": ', '"block-nl-join"', '"table": {"message": '))
    )


def read_mariadb(raw: Mapping[str, Any]) -> PlanNode:
    """The root. Raises KeyError without `query_block`."""
    return _block(raw["query_block"])


def seconds_of(raw: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """(planning, execution) seconds that ANALYZE prints; None where it did not execute."""
    planning = raw.get("query_optimization")
    spent = number(raw["query_block"].get("r_total_time_ms"))
    first = number(planning.get("r_total_time_ms")) if isinstance(planning, Mapping) else None
    return (None if first is None else first / 1000, None if spent is None else spent / 1000)
