"""`plans/heap_fetches`: reads Plans; says which index-only scans look into the table after all."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When heap fetches are worth telling."""

    fetches_min: float = threshold(1000, "count", "Heap fetches.")
    ratio_min: float = threshold(0.1, "ratio", "Heap fetches by rows given.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def heap_fetches(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Index-only scans that must look into the table because its pages are not marked all-visible.

    Risk: the scan is as slow as a plain index scan; the index was made wider for nothing.
    Evidence: Heap Fetches against rows in an executed plan.
    Remedy: VACUUM the table, and let autovacuum come sooner after inserts (autovacuum_vacuum_insert_scale_factor).
    False positives: a table that changes all the time.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        fetches = node.heap_fetches or 0.0
        much = node.kind is NodeKind.INDEX_ONLY_SCAN and fetches >= limits.fetches_min
        return fetches if much and fetches >= limits.ratio_min * max(1.0, total_rows(node)) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} with {fault.node.index} looked into the table {fault.score:,.0f} times for {total_rows(fault.node):,.0f} rows.",
            node_evidence(fault),
            Evidence("heap fetches", fault.score, "count", origin(fault.row)),
            Evidence("rows", total_rows(fault.node), "rows", origin(fault.row)),
        )
        yield found
        if fault.node.relation is not None and fault.node.relation.schema:
            name = qualified(fault.node.relation)
            yield context.recommendation(
                found,
                Action.VACUUM,
                (
                    f"VACUUM (ANALYZE) {name};",
                    f"ALTER TABLE {name} SET (autovacuum_vacuum_insert_scale_factor = 0.02);",
                ),
                risk="VACUUM reads the table beside normal work; later vacuums begin sooner after inserts.",
                rollback=(f"ALTER TABLE {name} RESET (autovacuum_vacuum_insert_scale_factor);",),
            )
