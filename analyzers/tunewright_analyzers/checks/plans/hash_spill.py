"""`plans/hash_spill`: reads Plans; says which hashes go to disk in batches, and the memory that would hold them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.recommendation import Action

_HASHES = {NodeKind.HASH, NodeKind.HASH_AGGREGATE}
_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a spill is worth telling."""

    batches_min: float = threshold(2, "count", "Batches of the hash table.")
    bytes_min: float = threshold(_MB, "bytes", "Memory and disk that it takes in all.")


def whole_bytes(node: PlanNode) -> float:
    """Size of the whole hash table: memory of a batch times batches for a join, memory and disk together for an aggregate."""
    memory = float(node.peak_memory_bytes or 0)
    if node.kind is NodeKind.HASH_AGGREGATE:
        return memory + float(node.disk_bytes or 0)
    return memory * (node.hash_batches or 1)


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def hash_spill(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Hash joins and hash aggregates that do not fit into memory and are done in batches on disk.

    Risk: both sides of the join are written and read again; skewed keys make single batches grow beyond work_mem.
    Evidence: batches, memory and disk usage in an executed plan.
    Remedy: this much work_mem for this statement (hashes may use hash_mem_multiplier times it), or fewer rows into the hash.
    False positives: a join of two large tables that is meant to run at night.
    """
    settings = context.window.section(Settings)
    multiplier = settings.number("hash_mem_multiplier", 1.0) if settings else 1.0

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        spilled = node.kind in _HASHES and (
            (node.hash_batches or 1) >= context.thresholds.batches_min or (node.disk_bytes or 0) > 0
        )
        return whole_bytes(node) if spilled and whole_bytes(node) >= context.thresholds.bytes_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        need = max(1, math.ceil(fault.score * 1.2 / max(multiplier, 1.0) / _MB))
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} went to disk in {fault.node.hash_batches or 1} batches; about {need} MB of work_mem would hold its "
            f"{fault.score / _MB:,.1f} MB.",
            node_evidence(fault),
            Evidence("batches", fault.node.hash_batches or 1, "count", origin(fault.row)),
            Evidence("size of the hash table", fault.score, "bytes", origin(fault.row)),
            Evidence("hash_mem_multiplier", multiplier, "ratio", "pg_settings" if settings else "assumed"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            (f"SET LOCAL work_mem = '{need}MB';",),
            risk="Each sort or hash of the transaction may use that much: set it for this statement only, within its transaction.",
            rollback=("RESET work_mem;",),
            caution="A larger work_mem may also change the plan: compare EXPLAIN before and after.",
        )
