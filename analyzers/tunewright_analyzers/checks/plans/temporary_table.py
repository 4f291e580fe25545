"""`plans/temporary_table`: reads Plans; says where many rows are put into a temporary table."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, subject_of, total_rows, weight, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a temporary table is too large."""

    rows_min: float = threshold(10_000, "rows", "Rows that go into it.")


@check(needs=(Plans,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def temporary_table(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Temporary tables for grouping, DISTINCT, UNION or windows that take in many rows.

    Risk: beyond tmp_table_size or temptable_max_ram the table goes to disk; each row is written, hashed and read again.
    Evidence: the node that uses a temporary table and the rows that go into it.
    Remedy: an index that begins with the GROUP BY or DISTINCT columns, so that groups come in order; UNION ALL where duplicates cannot be.
    False positives: a grouping of a whole table into few groups: the table stays small whatever goes into it.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        if (
            not node.uses_temporary_table
            or node.cte
            or node.label == "Materialize"
            or node.kind is NodeKind.RECURSIVE_UNION
        ):
            return None  # derived tables and CTEs are plans/derived_materialised
        rows = sum(total_rows(child) for child in node.children if child.subplan is None)
        return rows if rows >= context.thresholds.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{fault.node.label}: {fault.score:,.0f} rows go into a temporary table.",
            node_evidence(fault),
            Evidence("rows taken in", fault.score, "rows", origin(fault.row)),
        )
