"""`plans/lossy_bitmap`: reads Plans; says which bitmaps lose their rows for want of work_mem."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.recommendation import Action

PAGE_ENTRY_BYTES = 64
"""About what tidbitmap.c keeps a page: PagetableEntry (48 bytes) in a hash table that is at most three quarters full."""
_KB = 1024


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When lossiness is worth telling."""

    blocks_min: float = threshold(1000, "count", "Lossy blocks.")
    ratio_min: float = threshold(0.1, "ratio", "Share of the blocks that is lossy.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def lossy_bitmap(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Bitmap heap scans whose bitmap outgrew work_mem and remembers whole blocks only.

    Risk: every row of a lossy block is read and checked again.
    Evidence: exact and lossy heap blocks and rows removed by the recheck in an executed plan.
    Remedy: this much work_mem for the statement, or an index that finds fewer rows.
    False positives: few rows a block, so that the recheck costs nothing.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        lossy, exact = node.lossy_heap_blocks or 0, node.exact_heap_blocks or 0
        found = (
            node.kind is NodeKind.BITMAP_HEAP_SCAN
            and lossy >= limits.blocks_min
            and lossy / (lossy + exact) >= limits.ratio_min
        )
        return float(lossy) if found else None

    for fault in worst_nodes(context.window.need(Plans), score):
        blocks = fault.score + (fault.node.exact_heap_blocks or 0)
        need = math.ceil(blocks * PAGE_ENTRY_BYTES * 1.25 / _KB)
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)}: {fault.score:,.0f} of {blocks:,.0f} blocks are lossy, {fault.node.rows_removed_by_recheck or 0:,.0f} rows "
            "were checked in vain.",
            node_evidence(fault),
            Evidence("lossy blocks", fault.score, "count", origin(fault.row)),
            Evidence("blocks", blocks, "count", origin(fault.row)),
            Evidence("work_mem that would keep it exact", need * _KB, "bytes", "blocks x 64 bytes"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            (f"SET LOCAL work_mem = '{max(need, 64)}kB';",),
            risk="Each sort or hash of the transaction may use that much: set it for this statement only, within its transaction.",
            rollback=("RESET work_mem;",),
        )
