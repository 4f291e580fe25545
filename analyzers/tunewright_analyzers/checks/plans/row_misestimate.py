"""`plans/row_misestimate`: reads Plans; says where the planner counted wrongly, and what it should know to count rightly."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, PlanOrigin, Plans
from tunewright_analyzers.facts.relations import RelationName, Tables
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence, Finding
from tunewright_analyzers.plans.faults import Fault, node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.expressions import and_columns
from tunewright_analyzers.sql.identifiers import qualified, quoted
from tunewright_analyzers.sql.mysql.identifiers import qualified as mysql_qualified
from tunewright_analyzers.sql.mysql.identifiers import quoted as mysql_quoted

_SCANS = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN, NodeKind.BITMAP_HEAP_SCAN}
_STOPPING = {NodeKind.LIMIT, NodeKind.MERGE_JOIN, NodeKind.NESTED_LOOP}
"""Above a node these may end it early or run it for one value at a time, so that fewer rows than estimated prove nothing."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an estimate is wrong enough."""

    factor_min: float = threshold(10, "ratio", "Actual rows by estimated rows, or the other way round.")
    rows_min: float = threshold(1000, "rows", "The larger of the two, over all loops.")


def _condition(node: PlanNode) -> str | None:
    parts = [part for part in (node.index_condition, node.recheck_condition, node.filter) if part]
    return " AND ".join(dict.fromkeys(parts)) or None


def _histograms(context: Context[Thresholds], found: Finding, fault: Fault) -> Iterator[Verdict]:
    """MySQL knows how a column without an index is spread only from a histogram; MariaDB from its persistent statistics."""
    relation, columns = fault.node.relation, and_columns(fault.node.filter)
    if relation is None or not relation.schema or not columns:
        return
    table, listed = mysql_qualified(relation), ", ".join(mysql_quoted(one) for one in columns)
    if context.window.latest.engine is Engine.MARIADB:
        statements = (f"ANALYZE TABLE {table} PERSISTENT FOR COLUMNS ({listed}) INDEXES ();",)
        rollback: tuple[str, ...] = ()
    else:
        statements = (f"ANALYZE TABLE {table} UPDATE HISTOGRAM ON {listed} WITH 100 BUCKETS;",)
        rollback = (f"ANALYZE TABLE {table} DROP HISTOGRAM ON {listed};",)
    yield context.recommendation(
        found,
        Action.CREATE_STATISTICS,
        statements,
        risk="Reads a sample of the table once; plans of its statements may change. A histogram is not renewed by itself: repeat it.",
        rollback=rollback,
    )


def _remedies(context: Context[Thresholds], found: Finding, fault: Fault) -> Iterator[Verdict]:
    if context.window.latest.engine is not Engine.POSTGRESQL:
        yield from _histograms(context, found, fault)
        return
    relation = fault.node.relation
    if relation is None or not relation.schema:
        return
    tables = context.window.section(Tables)
    table = (
        next((row for row in tables.rows if (row.name.schema, row.name.name) == (relation.schema, relation.name)), None)
        if tables
        else None
    )
    if table is not None and table.modified_since_analyze > 0.1 * max(1.0, table.row_estimate):
        yield context.recommendation(
            found,
            Action.ANALYZE,
            (f"ANALYZE {qualified(relation)};",),
            risk="Reads a sample of the table; plans of its statements may change at once.",
            rollback=(),
            evidence=(
                *found.evidence,
                Evidence("changed since ANALYZE", table.modified_since_analyze, "rows", "pg_stat_user_tables"),
            ),
        )
        return
    columns = and_columns(_condition(fault.node))
    schema = context.window.section(Schema)
    known = (
        any(set(columns) <= set(one.columns) for one in schema.statistics if one.table.name == relation.name)
        if schema
        else False
    )
    if len(columns) >= 2 and not known:
        name = "_".join((relation.name, *columns))[:55] + "_stats"
        listed = ", ".join(quoted(column) for column in columns)
        qualified_name = qualified(RelationName("", relation.schema, name))
        yield context.recommendation(
            found,
            Action.CREATE_STATISTICS,
            (
                f"CREATE STATISTICS {qualified_name} (ndistinct, dependencies, mcv) ON {listed} FROM {qualified(relation)};",
                f"ANALYZE {qualified(relation)};",
            ),
            risk="ANALYZE of the table takes a little longer; plans of its statements may change.",
            rollback=(f"DROP STATISTICS {qualified_name};",),
        )


@check(needs=(Plans,), thresholds=Thresholds)
def row_misestimate(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Scans that give many times more, or fewer, rows than the planner expected.

    Risk: joins, sorts and memory are planned for the wrong number of rows; a nested loop over millions is the usual result.
    Evidence: actual against estimated rows of an executed plan, at the lowest node where it goes wrong.
    Remedy: ANALYZE where the statistics are stale; CREATE STATISTICS where several conditions on correlated columns are combined; on MySQL and
        MariaDB a histogram of the filter's columns, which no index tells about.
    False positives: generic plans, whose parameters the planner did not know, are left out; so are nodes that a LIMIT ended early.
    """
    limits = context.thresholds

    def score(node: PlanNode, above: tuple[PlanNode, ...]) -> float | None:
        if node.kind not in _SCANS or node.actual_rows is None or not node.loops or node.relation is None:
            return None
        factor = max(node.actual_rows, 1.0) / max(node.estimated_rows, 1.0)
        largest = max(node.actual_rows, node.estimated_rows) * node.loops
        if largest < limits.rows_min or (factor < 1 and any(parent.kind in _STOPPING for parent in above)):
            return None
        wrong = max(factor, 1 / factor)
        return wrong if wrong >= limits.factor_min else None

    given = context.window.need(Plans)
    executed = Plans(tuple(row for row in given.rows if row.origin in {PlanOrigin.AUTO_EXPLAIN, PlanOrigin.FILE}))
    for fault in worst_nodes(executed, score):
        node = fault.node
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(node)} gave {node.actual_rows:,.0f} rows a loop where {node.estimated_rows:,.0f} were expected: {fault.score:,.0f} times off.",
            node_evidence(fault),
            Evidence("rows expected", node.estimated_rows, "rows", origin(fault.row)),
            Evidence("rows given", node.actual_rows or 0.0, "rows", origin(fault.row)),
            Evidence("condition", _condition(node) or "none", "", origin(fault.row)),
        )
        yield found
        yield from _remedies(context, found, fault)
