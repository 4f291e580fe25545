"""`parameters/hash_batches`: reads Plans, Settings, Statements; says where hashes spill while sorts fit, which hash_mem_multiplier mends."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.parameters.change import for_role, for_statement
from tunewright_analyzers.plans.faults import Fault, node_evidence, origin, place, subject_of, worst_nodes
from tunewright_analyzers.recommendation import Scope


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What hash_mem_multiplier can mend."""

    batches_min: float = threshold(2, "count", "Batches of the hash table.")
    multiplier_max: float = threshold(3.0, "ratio", "More is never advised: beyond it work_mem is too small.")


def _sorts_spill(fault: Fault) -> bool:
    return any(node.sort_space_type == "Disk" for node in fault.row.plan.root.walk())


def _role(context: Context[Thresholds], fault: Fault) -> str | None:
    """The one role that runs the statement; None where several do, or none is known."""
    section = context.window.section(Statements)
    roles = (
        {row.key.user for row in section.rows if row.id == fault.row.statement_id and row.calls} if section else set()
    )
    return roles.pop() if len(roles) == 1 else None


@check(needs=(Plans, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def hash_batches(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Hash joins that go to disk in batches although the sorts of the same plan fit into work_mem.

    Risk: both sides of the join are written and read once more.
    Evidence: batches and memory of the hash in an executed plan, no sort on disk in it; hash_mem_multiplier.
    Remedy: hash_mem_multiplier for the statement or its role, at most 3; beyond that more work_mem (see parameters/work_mem).
    False positives: skewed keys, whose one batch no memory holds.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    if settings.get("hash_mem_multiplier") is None:
        return
    now, work_mem = settings.number("hash_mem_multiplier"), settings.number("work_mem")

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        batches = node.hash_batches or 1
        if node.kind is not NodeKind.HASH or batches < limits.batches_min or not node.peak_memory_bytes:
            return None
        return node.peak_memory_bytes * batches / work_mem

    for fault in worst_nodes(context.window.need(Plans), score):
        wanted = math.ceil(fault.score * 1.1 * 10) / 10
        if _sorts_spill(fault) or not now < wanted <= limits.multiplier_max:
            continue
        role = _role(context, fault)
        found = context.finding(
            subject_of(fault.row),
            Severity.LOW,
            f"{place(fault.node)} went to disk in {fault.node.hash_batches} batches while no sort did: hash_mem_multiplier {wanted:g} "
            f"(now {now:g}) would hold it.",
            node_evidence(fault),
            Evidence("batches", fault.node.hash_batches or 1, "count", origin(fault.row)),
            Evidence("memory of a batch", fault.node.peak_memory_bytes or 0, "bytes", origin(fault.row)),
            Evidence("hash_mem_multiplier", now, "ratio", "pg_settings"),
            Evidence("work_mem", work_mem, "bytes", "pg_settings"),
        )
        yield found
        effect, name = "the hash table stays in memory", "hash_mem_multiplier"
        tuned = for_statement(settings, fault.row.statement_id, name, wanted, effect=effect)
        caution = "The plan may change as well: compare EXPLAIN before and after."
        if role is not None:
            wide = for_role(settings, role, name, wanted, effect=effect)
            if wide is not None:
                caution += f" For all statements of the role ({Scope.ROLE}): {wide.statements[0]}"
        yield from context.parameters(
            found, tuned, risk=f"Each hash of the transaction may take {wanted:g} times work_mem.", caution=caution
        )
