"""EXPLAIN (FORMAT JSON) of PostgreSQL, decoded -> Plan. Milliseconds become seconds, kilobytes bytes; expressions are redacted here.

What this reader does not know is kept in `notes`, by name: a plan is never refused for a new property or node.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tunewright_analyzers.facts.plans import Buffers, Cost, Jit, Plan, PlanNode, Trigger
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.plans.kinds import KNOWN_PROPERTIES, kind_of
from tunewright_analyzers.plans.shape import shape
from tunewright_analyzers.sql.redact import redact_expression

KB = 1024


def _text(value: object) -> str | None:
    return None if value is None else redact_expression(str(value))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (redact_expression(value),)
    return tuple(redact_expression(str(one)) for one in value) if isinstance(value, Sequence) else ()


def _note(value: object) -> str:
    """A property of unknown form. Each string by itself: within the quotes that str() of a list or a mapping adds, a literal would stay."""
    if isinstance(value, Mapping):
        return ", ".join(f"{redact_expression(str(key))}: {_note(one)}" for key, one in value.items())
    return ", ".join(_note(one) for one in value) if isinstance(value, list) else redact_expression(str(value))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number)


def _bytes(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number * KB)


def _seconds(value: object) -> float | None:
    number = _number(value)
    return None if number is None else number / 1000


def _buffers(raw: Mapping[str, Any]) -> Buffers | None:
    if "Shared Hit Blocks" not in raw:
        return None
    names = ("Shared Hit", "Shared Read", "Shared Dirtied", "Shared Written", "Temp Read", "Temp Written")
    return Buffers(*(int(raw.get(f"{name} Blocks", 0)) for name in names))


def _longest_list(raw: Mapping[str, Any]) -> int | None:
    """Elements of the longest constant list in the node's conditions, counted before redaction folds it."""
    found = [
        str(raw[name]).count(",") + 1
        for name in ("Filter", "Index Cond", "Recheck Cond", "Join Filter")
        if "ANY (" in str(raw.get(name))
    ]
    return max(found, default=None)


def _full_sort(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Memory, disk and method of an incremental sort, from its groups, in the words of a plain sort."""
    merged: dict[str, Any] = {}
    for name in ("Full-sort Groups", "Pre-sorted Groups"):
        group = raw.get(name)
        if not isinstance(group, Mapping):
            continue
        methods = group.get("Sort Methods Used") or [None]
        for kind, where in (("Sort Space Memory", "Memory"), ("Sort Space Disk", "Disk")):
            space = group.get(kind)
            if isinstance(space, Mapping) and (where == "Disk" or "Sort Space Type" not in merged):
                used = space.get("Peak Sort Space Used")
                merged |= {"Sort Method": methods[0], "Sort Space Used": used, "Sort Space Type": where}
    return merged


def node_of(raw: Mapping[str, Any], database: str = "") -> PlanNode:
    """A PlanNode of one decoded node. A schema is only known from VERBOSE: without it the schema of a relation is empty."""
    label = str(raw.get("Node Type", "?"))
    strategy = raw.get("Strategy")
    relation = raw.get("Relation Name")
    sort = {
        **_full_sort(raw),
        **{key: raw[key] for key in ("Sort Method", "Sort Space Used", "Sort Space Type") if key in raw},
    }
    loops = _number(raw.get("Actual Loops"))
    return PlanNode(
        kind=kind_of(label, strategy),
        label=label,
        estimated_rows=_number(raw.get("Plan Rows")) or 0.0,
        cost=Cost(_number(raw.get("Startup Cost")) or 0.0, _number(raw.get("Total Cost")) or 0.0),
        children=tuple(node_of(child, database) for child in raw.get("Plans", ())),
        relation=RelationName(database, str(raw.get("Schema", "")), str(relation)) if relation is not None else None,
        alias=raw.get("Alias"),
        index=raw.get("Index Name"),
        relationship=raw.get("Parent Relationship"),
        subplan=re.sub(r" \(returns .*", "", str(raw["Subplan Name"])) if "Subplan Name" in raw else None,
        width_bytes=_whole(raw.get("Plan Width")) or 0,
        filter=_text(raw.get("Filter")),
        index_condition=_text(raw.get("Index Cond", raw.get("TID Cond"))),
        recheck_condition=_text(raw.get("Recheck Cond")),
        join_filter=_text(raw.get("Join Filter")),
        hash_condition=_text(raw.get("Hash Cond")),
        merge_condition=_text(raw.get("Merge Cond")),
        one_time_filter=_text(raw.get("One-Time Filter")),
        join_type=raw.get("Join Type"),
        sort_keys=_texts(raw.get("Sort Key", ())),
        presorted_keys=_texts(raw.get("Presorted Key", ())),
        group_keys=_texts(raw.get("Group Key", ())),
        strategy=strategy,
        operation=raw.get("Operation"),
        output=_texts(raw.get("Output", ())),
        scan_direction=raw.get("Scan Direction"),
        cte=raw.get("CTE Name"),
        function=raw.get("Function Name"),
        parallel_aware=bool(raw.get("Parallel Aware", False)),
        workers_planned=_whole(raw.get("Workers Planned")),
        workers_launched=_whole(raw.get("Workers Launched")),
        actual_rows=_number(raw.get("Actual Rows")),
        loops=loops,
        actual_startup_seconds=_seconds(raw.get("Actual Startup Time")),
        actual_total_seconds=_seconds(raw.get("Actual Total Time")),
        rows_removed_by_filter=_number(raw.get("Rows Removed by Filter")),
        rows_removed_by_join_filter=_number(raw.get("Rows Removed by Join Filter")),
        rows_removed_by_recheck=_number(raw.get("Rows Removed by Index Recheck")),
        heap_fetches=_number(raw.get("Heap Fetches")),
        exact_heap_blocks=_whole(raw.get("Exact Heap Blocks")),
        lossy_heap_blocks=_whole(raw.get("Lossy Heap Blocks")),
        sort_method=sort.get("Sort Method"),
        sort_space_bytes=_bytes(sort.get("Sort Space Used")),
        sort_space_type=sort.get("Sort Space Type"),
        hash_buckets=_whole(raw.get("Hash Buckets")),
        hash_batches=_whole(raw.get("Hash Batches", raw.get("HashAgg Batches"))),
        hash_batches_planned=_whole(raw.get("Original Hash Batches", raw.get("Planned Partitions"))) or None,
        peak_memory_bytes=_bytes(raw.get("Peak Memory Usage")),
        disk_bytes=_bytes(raw.get("Disk Usage")),
        subplans_removed=_whole(raw.get("Subplans Removed")) or None,
        cache_hits=_whole(raw.get("Cache Hits")),
        cache_misses=_whole(raw.get("Cache Misses")),
        longest_list=_longest_list(raw),
        buffers=_buffers(raw),
        notes=tuple(
            (redact_expression(str(key)), _note(value)) for key, value in raw.items() if key not in KNOWN_PROPERTIES
        ),
    )


def _jit(raw: object) -> Jit | None:
    if not isinstance(raw, Mapping):
        return None
    timing = raw.get("Timing")
    seconds = None
    if isinstance(timing, Mapping):
        total = timing.get("Total")
        seconds = _seconds(total)
    return Jit(_whole(raw.get("Functions")) or 0, seconds)


def _trigger(raw: Mapping[str, Any]) -> Trigger:
    name, constraint = raw.get("Trigger Name"), raw.get("Constraint Name")
    return Trigger(
        str(name or constraint or "?"),
        raw.get("Relation"),
        constraint,
        _seconds(raw.get("Time")) or 0.0,
        _whole(raw.get("Calls")) or 0,
    )


def plan_of(raw: Mapping[str, Any], database: str = "") -> Plan:
    """A Plan of one decoded element of EXPLAIN's JSON array (or of auto_explain's object). Raises KeyError without "Plan"."""
    root = node_of(raw["Plan"], database)
    settings = raw.get("Settings")
    return Plan(
        root=root,
        shape=shape(root),
        planning_seconds=_seconds(raw.get("Planning Time")),
        execution_seconds=_seconds(raw.get("Execution Time")),
        jit=_jit(raw.get("JIT")),
        triggers=tuple(_trigger(one) for one in raw.get("Triggers", ()) if isinstance(one, Mapping)),
        settings=tuple((str(key), str(value)) for key, value in settings.items())
        if isinstance(settings, Mapping)
        else (),
    )
