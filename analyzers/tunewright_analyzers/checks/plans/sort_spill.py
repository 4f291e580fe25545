"""`plans/sort_spill`: reads Plans; says which sorts go to disk, and the work_mem that would hold them."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.plans.memory import sort_bytes
from tunewright_analyzers.recommendation import Action, Expectation

_SORTS = {NodeKind.SORT, NodeKind.INCREMENTAL_SORT}
_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a spill is worth telling."""

    bytes_min: float = threshold(_MB, "bytes", "What the sort wrote to disk.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def sort_spill(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Sorts that do not fit into work_mem and go to disk.

    Risk: slower by writing and reading everything once more, and the disk's bandwidth is taken from everyone.
    Evidence: sort method and space used in an executed plan; the rows and their width.
    Remedy: an index in the order wanted, fewer or narrower columns, or this much work_mem for this statement only.
    False positives: a yearly report.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        spilled = node.kind in _SORTS and node.sort_space_type == "Disk"
        size = float(node.sort_space_bytes or 0)
        return size if spilled and size >= context.thresholds.bytes_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        need = sort_bytes(fault.node)
        keys = ", ".join(fault.node.sort_keys)
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} by {keys} wrote {fault.score / _MB:,.1f} MB to disk; about {need // _MB} MB of work_mem would hold it.",
            node_evidence(fault),
            Evidence("written to disk", fault.score, "bytes", origin(fault.row)),
            Evidence("work_mem that would hold it", need, "bytes", "rows x (width + tuplesort's overhead)"),
            Evidence("sort key", keys, "", origin(fault.row)),
        )
        yield found
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            (f"SET LOCAL work_mem = '{need // _MB}MB';",),
            risk="Each sort or hash of the transaction may use that much: set it for this statement only, within its transaction.",
            rollback=("RESET work_mem;",),
            expectation=Expectation(
                "temporary bytes of the sort",
                fault.score,
                0.0,
                "bytes",
                "size of the sort in memory",
                statements=(fault.row.statement_id,),
            ),
            caution="A larger work_mem may also change the plan: compare EXPLAIN before and after.",
        )
