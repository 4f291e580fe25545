"""`plans/not_covering`: reads Plans and Indexes; says where one or two more columns would spare a lookup of every row."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import Index, Indexes
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, worst_nodes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a covering index is worth its room."""

    rows_min: float = threshold(10_000, "rows", "Rows looked up through the index, over all loops.")
    columns_max: int = threshold(2, "count", "Columns that the index lacks.")


@check(needs=(Plans, Indexes), engines=MYSQL_FAMILY, thresholds=Thresholds)
def not_covering(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Many rows looked up in the table for a column or two that the index does not hold.

    Risk: each entry of a secondary index costs a second search in the primary key's tree, at random places.
    Evidence: the columns that the statement reads of the table (`used_columns`) against those of the index and the primary key, and the rows.
    Remedy: the missing columns at the end of the index, where the statement weighs enough to pay for larger writes.
    False positives: columns that change often; an index must not be widened for a statement that runs once a day.
    """
    limits = context.thresholds
    indexes = context.window.need(Indexes).rows
    by_name = {(index.table.schema, index.table.name, index.name.name): index for index in indexes}
    keys = {(index.table.schema, index.table.name): set(index.columns) for index in indexes if index.is_primary}

    def lacking(node: PlanNode) -> tuple[Index, tuple[str, ...]] | None:
        if (
            node.kind is not NodeKind.INDEX_SCAN
            or node.index_condition is None
            or not node.output
            or node.relation is None
        ):
            return None
        table = (node.relation.schema, node.relation.name)
        index = by_name.get((*table, node.index or ""))
        if index is None or index.is_primary:
            return None
        held = set(index.columns) | keys.get(table, set())
        return index, tuple(column for column in node.output if column not in held)

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        found = lacking(node)
        rows = total_rows(node)
        return rows if found and 0 < len(found[1]) <= limits.columns_max and rows >= limits.rows_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        found = lacking(fault.node)
        assert found is not None
        columns = ", ".join(found[1])
        yield context.finding(
            subject_of(fault.row),
            Severity.LOW,
            f"{place(fault.node)} looks {fault.score:,.0f} rows up in the table for {columns}, which {found[0].name.name} does not hold.",
            node_evidence(fault),
            Evidence("columns that the index lacks", columns, "", origin(fault.row)),
            Evidence("columns of the index", ", ".join(found[0].columns), "", "information_schema.statistics"),
            Evidence("rows looked up", fault.score, "rows", origin(fault.row)),
        )
