"""`plans/partitions_not_pruned`: reads Plans; says where partitions were read in vain."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes

_APPENDS = {NodeKind.APPEND, NodeKind.MERGE_APPEND}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When partitions were read in vain."""

    partitions_min: float = threshold(4, "count", "Partitions that were read.")
    empty_ratio_min: float = threshold(0.75, "ratio", "Share of them that gave no row.")


def _scanned(node: PlanNode) -> list[PlanNode]:
    """Members of an Append that scan different relations and really ran."""
    members = [
        child for child in node.children if (child.loops or 0.0) > 0 and any(one.relation for one in child.walk())
    ]
    names = {next(one.relation for one in child.walk() if one.relation) for child in members}
    return members if len(names) == len(members) else []


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def partitions_not_pruned(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Partitioned tables of which most partitions are read and give nothing.

    Risk: each partition costs planning, locks and at least an index probe; with hundreds of partitions that is most of the time.
    Evidence: members of an Append that ran and gave no row, in an executed plan.
    Remedy: a condition on the partition key itself, of its own type and without a function around it.
    False positives: a filter that is meant to find nothing; inheritance or UNION ALL of several tables.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if node.kind not in _APPENDS or node.actual_rows is None:
            return None
        members = _scanned(node)
        empty = sum(total_rows(member) == 0 for member in members)
        vain = len(members) >= limits.partitions_min and empty / len(members) >= limits.empty_ratio_min
        return float(empty) if vain and empty < len(members) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        members = _scanned(fault.node)
        relation = next((str(one.relation).lstrip(".") for one in members[0].walk() if one.relation), "")
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{fault.score:,.0f} of {len(members)} partitions (such as {relation}) were read and gave no row: the condition does not prune.",
            node_evidence(fault),
            Evidence("partitions read", len(members), "count", origin(fault.row)),
            Evidence("without a row", fault.score, "count", origin(fault.row)),
        )
