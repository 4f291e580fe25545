"""Who writes to a table how often: from the server's counters, or, for a workload that is only a file, from its own statements.

In come tables with their counters and a workload, out come the same tables with the counters that the workload would cause. Called by
advice.py. A price for both is in write_cost.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tunewright_analyzers.facts.plans import NodeKind, Plan
from tunewright_analyzers.facts.relations import Index, RelationName, Table
from tunewright_analyzers.indexes.whatif import PlannerOracle, WhatIfError
from tunewright_analyzers.indexes.workload import Workload


def _rows_written(plan: Plan) -> float:
    """Rows that a statement writes at one call: what its ModifyTable node is given."""
    for node in plan.root.walk():
        if node.kind is NodeKind.MODIFY:
            return max(
                1.0,
                sum(
                    child.estimated_rows for child in node.children if child.relationship not in ("InitPlan", "SubPlan")
                ),
            )
    return 0.0


def counted_from(
    work: Workload, tables: Mapping[RelationName, Table], indexes: Sequence[Index], oracle: PlannerOracle
) -> dict[RelationName, Table]:
    """The tables with inserts, updates (HOT ones too) and deletes as the workload's statements make them."""
    counted = {
        name: replace(one, rows_inserted=0, rows_updated=0, rows_hot_updated=0, rows_deleted=0)
        for name, one in tables.items()
    }
    indexed: dict[RelationName, set[str]] = {}
    for index in indexes:
        indexed.setdefault(index.table, set()).update((*index.columns, *index.included))
    for statement, asked in zip(work.statements, work.asked, strict=True):
        for access in asked.accesses:
            if not access.is_target or access.table not in counted:
                continue
            try:
                rows = round(statement.calls * _rows_written(oracle.explain(statement.database, statement.text)))
            except WhatIfError:
                continue
            table = counted[access.table]
            verb = statement.text.lstrip()[:6].lower()
            if verb == "insert":
                table = replace(table, rows_inserted=table.rows_inserted + rows)
            elif verb == "delete":
                table = replace(table, rows_deleted=table.rows_deleted + rows)
            else:
                hot = 0 if access.written & indexed.get(access.table, set()) else rows
                table = replace(
                    table, rows_updated=table.rows_updated + rows, rows_hot_updated=table.rows_hot_updated + hot
                )
            counted[access.table] = table
    return counted
