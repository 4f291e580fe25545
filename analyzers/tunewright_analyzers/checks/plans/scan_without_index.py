"""`plans/scan_without_index`: reads Plans, Tables and Indexes; says where a selective filter has no index to use."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import Indexes, Table, Tables
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, total_rows, weight, worst_nodes
from tunewright_analyzers.sql.expressions import and_columns


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a scan is worth an index."""

    rows_min: float = threshold(10_000, "rows", "Rows of the table.")
    ratio_max: float = threshold(0.05, "ratio", "Share of the table's rows that pass the filter, at most.")


@check(needs=(Plans, Tables, Indexes), thresholds=Thresholds)
def scan_without_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Sequential scans whose filter keeps few rows and whose columns no index begins with.

    Risk: the whole table is read for a few rows, more so every day.
    Evidence: the filter's columns, rows kept against the table's rows, the indexes of the table.
    Remedy: an index on the columns named; indexes/missing proposes one with its proof.
    False positives: a table that stays in cache and is asked rarely; estimates of a generic plan are of unknown parameters.
    """
    limits = context.thresholds
    tables = {(row.name.schema, row.name.name): row for row in context.window.need(Tables).rows}
    leading = {
        (index.table, index.columns[0])
        for index in context.window.need(Indexes).rows
        if index.is_valid and index.columns
    }

    def table_of(node: PlanNode) -> Table | None:
        return tables.get((node.relation.schema, node.relation.name)) if node.relation else None

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        table = table_of(node)
        if node.kind is not NodeKind.SEQUENTIAL_SCAN or table is None or node.filter is None:
            return None
        rows = max(table.row_estimate, float(table.live_rows))
        columns = and_columns(node.filter)
        kept = total_rows(node) / max(1.0, node.loops or 1.0)
        indexed = any((table.name, column) in leading for column in columns)
        selective = rows >= limits.rows_min and kept <= limits.ratio_max * rows
        return rows * max(1.0, node.loops or 1.0) if selective and columns and not indexed else None

    for fault in worst_nodes(context.window.need(Plans), score):
        columns = ", ".join(and_columns(fault.node.filter))
        table = table_of(fault.node)
        size = table.size_bytes if table else 0
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} reads the whole table for {total_rows(fault.node):,.0f} rows: no index begins with {columns}.",
            node_evidence(fault),
            Evidence("columns of the filter", columns, "", origin(fault.row)),
            Evidence("rows kept", total_rows(fault.node), "rows", origin(fault.row)),
            Evidence("table size", size, "bytes", "pg_class.relpages"),
        )
