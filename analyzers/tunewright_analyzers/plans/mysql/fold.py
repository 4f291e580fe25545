"""For both of MySQL's iterator formats (TREE and JSON v2): a Filter node becomes the `filter` of the node below it, as other engines print it."""

from dataclasses import replace

from tunewright_analyzers.facts.plans import NodeKind, PlanNode

_JOINS = {NodeKind.NESTED_LOOP, NodeKind.HASH_JOIN}


def _removed(above: PlanNode, below: PlanNode) -> float | None:
    if above.actual_rows is None or below.actual_rows is None:
        return None
    return max(0.0, below.actual_rows - above.actual_rows)


def fold_filter(filter_node: PlanNode) -> PlanNode:
    """The node below with the filter's condition, rows and time; the filter itself where the node below has a condition of its own already.

    Subqueries of the condition become children of the node below. `examined_rows` keeps how many rows are read for those that pass.
    """
    if not filter_node.children:
        return filter_node
    below, *others = filter_node.children
    if below.filter is not None or (below.kind in _JOINS and below.join_filter is not None):
        return filter_node
    condition = {"join_filter": filter_node.filter} if below.kind in _JOINS else {"filter": filter_node.filter}
    removed = _removed(filter_node, below)
    gone = {"rows_removed_by_join_filter": removed} if below.kind in _JOINS else {"rows_removed_by_filter": removed}
    return replace(
        below,
        **condition,  # type: ignore[arg-type]  # each key is a field of its value's type
        **gone,  # type: ignore[arg-type]
        examined_rows=below.estimated_rows if below.examined_rows is None else below.examined_rows,
        estimated_rows=filter_node.estimated_rows,
        cost=filter_node.cost if filter_node.cost.total > 0 else below.cost,
        actual_rows=filter_node.actual_rows,
        actual_startup_seconds=filter_node.actual_startup_seconds,
        actual_total_seconds=filter_node.actual_total_seconds,
        loops=filter_node.loops,
        relationship=filter_node.relationship,
        subplan=filter_node.subplan,
        dependent=filter_node.dependent,
        longest_list=max((one for one in (below.longest_list, filter_node.longest_list) if one), default=None),
        compared_with_numbers=(*below.compared_with_numbers, *filter_node.compared_with_numbers),
        notes=(*below.notes, *filter_node.notes),
        children=(*below.children, *others),
    )


def settle(node: PlanNode) -> PlanNode:
    """What a node says only through its children: which table an index merge reads, that a scan with a child reads what the child made."""
    scans = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN}
    if node.label == "Index merge" and node.relation is None and node.children:
        parts = [child for child in node.children if child.relation is not None]
        names = ",".join(child.index for child in parts if child.index)
        first = parts[0] if parts else node.children[0]
        return replace(node, relation=first.relation, alias=first.alias, index=f"{node.strategy}({names})")
    if node.kind in scans and any(child.subplan is None for child in node.children):
        return replace(node, kind=NodeKind.SUBQUERY_SCAN, relation=None, cte=node.alias)
    return node
