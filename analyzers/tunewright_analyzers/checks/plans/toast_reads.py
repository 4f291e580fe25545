"""`plans/toast_reads`: reads Plans, Tables and Schema; says where wide columns are fetched from out of line for many rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import Fault, origin, subject_of, total_rows, weight

_BARE = re.compile(r'^(?:\(?"?(?P<alias>[^".()]+)"?\)?\.)?"?(?P<column>[^".()]+)"?$')
_OUT_OF_LINE = {"x", "e"}
"""pg_attribute.attstorage: extended and external values can be stored out of line."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When out-of-line reads are worth telling."""

    rows_min: float = threshold(1000, "rows", "Rows that the statement gives.")
    toast_bytes_min: float = threshold(10 * 1024**2, "bytes", "Size of the table's TOAST.")
    toast_ratio_min: float = threshold(0.5, "ratio", "TOAST by heap size.")


def _columns(root: PlanNode) -> set[str]:
    """Bare columns in the statement's own output (VERBOSE plans only)."""
    return {match["column"] for text in root.output if (match := _BARE.match(text))}


@check(needs=(Plans, Tables, Schema), engines=POSTGRESQL, thresholds=Thresholds)
def toast_reads(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements that give wide, out-of-line columns for many rows (SELECT * over documents or images).

    Risk: each value is fetched by several index and block reads of the TOAST table and decompressed, often to be thrown away.
    Evidence: the statement's output columns, their storage, the size of TOAST against the heap, the rows given.
    Remedy: name the columns that are needed; read the wide one for the rows that are shown.
    False positives: an export that needs them; small values that stay in line (the share of TOAST tells).
    """
    limits = context.thresholds
    wide = {
        (one.table.schema, one.table.name, one.name)
        for one in context.window.need(Schema).columns
        if one.storage in _OUT_OF_LINE
    }
    heavy = {
        (table.name.schema, table.name.name): table
        for table in context.window.need(Tables).rows
        if table.toast_bytes >= max(limits.toast_bytes_min, limits.toast_ratio_min * table.size_bytes)
    }
    worst: dict[str, tuple[Fault, str]] = {}
    for row in context.window.need(Plans).rows:
        rows, columns = total_rows(row.plan.root), _columns(row.plan.root)
        for node, above in row.plan.root.walk_with_parents():
            name = (node.relation.schema, node.relation.name) if node.relation else ("", "")
            fetched = sorted(column for column in columns if (*name, column) in wide)
            if rows < limits.rows_min or name not in heavy or not fetched:
                continue
            key = str(subject_of(row))
            if key not in worst or rows > worst[key][0].score:
                worst[key] = (Fault(row, node, above, rows, 1), ", ".join(fetched))
    for fault, fetched_columns in worst.values():
        assert fault.node.relation is not None
        table = heavy[(fault.node.relation.schema, fault.node.relation.name)]
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"The statement gives {fault.score:,.0f} rows with {fetched_columns} of {table.name}, whose TOAST holds "
            f"{table.toast_bytes / 1024**2:,.0f} MB.",
            Evidence("wide columns", fetched_columns, "", origin(fault.row)),
            Evidence("rows", fault.score, "rows", origin(fault.row)),
            Evidence("TOAST", table.toast_bytes, "bytes", "pg_class.relpages"),
            Evidence("heap", table.size_bytes, "bytes", "pg_class.relpages"),
        )
