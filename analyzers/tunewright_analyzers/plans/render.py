"""A plan as lines for people: the tree, with what each node reads, its rows, and its share of the time."""

from tunewright_analyzers.facts.plans import Plan, PlanNode


def _name(node: PlanNode) -> str:
    text = f"{'Parallel ' if node.parallel_aware else ''}{node.label}"
    if node.strategy and node.label == "Aggregate" and node.strategy != "Plain":
        text = f"{node.strategy} {text}"
    if node.join_type and node.join_type != "Inner":
        text += f" ({node.join_type})"
    if node.index:
        text += f" using {node.index}"
    target = str(node.relation).lstrip(".") if node.relation else node.cte or node.function
    if target:
        text += f" on {target}"
        if node.alias and node.alias != target.rpartition(".")[2]:
            text += f" {node.alias}"
    return f"{node.subplan}: {text}" if node.subplan else text


def own_seconds(node: PlanNode) -> float | None:
    """Seconds of a node without its children, over all loops; None where the plan was not timed."""
    if node.actual_total_seconds is None:
        return None
    children = sum(
        (child.actual_total_seconds or 0.0) * (child.loops or 0.0)
        for child in node.children
        if child.relationship != "InitPlan"
    )
    return max(0.0, node.actual_total_seconds * (node.loops or 0.0) - children)


def _numbers(node: PlanNode, whole: float | None) -> str:
    parts = [f"cost {node.cost.total:,.0f}", f"rows {node.estimated_rows:,.0f}"]
    if node.cost.total == 0 and node.estimated_rows == 0:
        parts = ["", "rows ?"]
    if node.actual_rows is not None:
        parts[1] += f" → {node.actual_rows:,.0f}" + (f" x {node.loops:,.0f}" if node.loops and node.loops != 1 else "")
    own = own_seconds(node)
    if own is not None and whole:
        parts.append(f"{own * 1000:,.1f} ms ({own / whole:.0%})")
    return ", ".join(part for part in parts if part)


def _details(node: PlanNode) -> list[str]:
    facts = [
        ("index condition", node.index_condition),
        ("condition", node.hash_condition or node.merge_condition),
        ("filter", node.filter),
        ("join filter", node.join_filter),
        ("order", ", ".join(node.sort_keys) or None),
        ("groups", ", ".join(node.group_keys) or None),
    ]
    lines = [f"{name}: {value}" for name, value in facts if value]
    if node.message:
        lines.append(node.message)
    if node.offset_rows:
        lines.append(f"skips {node.offset_rows:,.0f} rows")
    if node.rows_removed_by_filter:
        lines.append(f"thrown away: {node.rows_removed_by_filter:,.0f} rows")
    if node.sort_space_type == "Disk" and node.sort_space_bytes:
        lines.append(f"sorted on disk: {node.sort_space_bytes / 1024**2:,.1f} MB")
    if node.lossy_heap_blocks:
        lines.append(f"lossy blocks: {node.lossy_heap_blocks:,}")
    return lines


def render(plan: Plan) -> tuple[str, ...]:
    """The tree in lines: two spaces a level, the node with its numbers, then its conditions (redacted as the plan is)."""
    whole = plan.root.actual_total_seconds
    lines: list[str] = []

    def add(node: PlanNode, depth: int) -> None:
        lines.append(f"{'  ' * depth}{_name(node)}  [{_numbers(node, whole)}]")
        lines.extend(f"{'  ' * depth}    {detail}" for detail in _details(node))
        for child in node.children:
            add(child, depth + 1)

    add(plan.root, 0)
    if plan.jit is not None and plan.jit.seconds is not None:
        lines.append(f"JIT: {plan.jit.functions} functions, {plan.jit.seconds * 1000:,.1f} ms")
    if plan.execution_seconds is not None:
        lines.append(f"execution: {plan.execution_seconds * 1000:,.1f} ms")
    return tuple(lines)
