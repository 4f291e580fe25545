"""`plans/cast_defeats_index`: reads Plans and Indexes; says where an implicit cast of a column keeps its index from being used."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.sql.expressions import wrapped_columns

_SCANS = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN}
_TEXT = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
"""Types that MySQL compares with a number as floating point, row by row."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which scans count."""

    cost_min: float = threshold(1000, "count", "Planner cost of the scan.")


@check(needs=(Plans, Indexes), thresholds=Thresholds)
def cast_defeats_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Comparisons with a value of another type, which cast the column and so keep its index from being used.

    Risk: the whole table is read although an index on the column stands ready; drivers that send numbers as numeric cause it unseen.
    Evidence: the filter of a sequential scan with the column inside a cast, and the index that begins with the bare column. MySQL prints no
        cast: there a text column that is compared with a number, or the server's own warning (1739, MariaDB's note 1105).
    Remedy: give the parameter the column's type (cast the value, not the column), or change the column's type.
    False positives: a cast that is wanted, on a table that is scanned anyway.
    """
    leading = {
        (index.table.schema, index.table.name, index.keys[0].column)
        for index in context.window.need(Indexes).rows
        if index.keys
    }

    schema = context.window.section(Schema)
    texts = {
        (column.table.schema, column.table.name, column.name)
        for column in (schema.columns if schema else ())
        if column.base_type.lower() in _TEXT
    }

    def wrapped(node: PlanNode) -> str | None:
        if node.kind not in _SCANS or node.relation is None:
            return None
        here = (node.relation.schema, node.relation.name)
        casts = (
            one.expression
            for one in wrapped_columns(node.filter)
            if not one.function and (*here, one.column) in leading
        )
        numbers = (one for one in node.compared_with_numbers if (*here, one) in leading and (*here, one) in texts)
        if node.kind is NodeKind.SEQUENTIAL_SCAN or node.index_condition is None:
            return next(casts, None) or next((f"{one} (text) with a number" for one in numbers), None)
        return None

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        cost = max(node.cost.total, node.examined_rows or 0.0)
        return cost if cost >= context.thresholds.cost_min and wrapped(node) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        one = wrapped(fault.node)
        assert one is not None
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} compares {one}: casting the column keeps its index from being used; cast the value instead.",
            node_evidence(fault),
            Evidence("expression", one, "", origin(fault.row)),
            Evidence("filter", fault.node.filter or "", "", origin(fault.row)),
            Evidence("cost of the scan", fault.score, "cost", origin(fault.row)),
        )
    reported = {fault.row.statement_id for fault in worst_nodes(context.window.need(Plans), score)}
    for row in context.window.need(Plans).rows:
        if row.plan.refused_indexes and row.statement_id not in reported:
            reported.add(row.statement_id)
            index, column = row.plan.refused_indexes[0]
            yield context.finding(
                subject_of(row),
                weight(context.window, row),
                f"The server cannot use index {index}: {column} is compared with a value of another type or collation.",
                Evidence("index", index, "", "SHOW WARNINGS after EXPLAIN"),
                Evidence("column", column, "", "SHOW WARNINGS after EXPLAIN"),
            )
