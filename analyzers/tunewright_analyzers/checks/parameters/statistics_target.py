"""`parameters/statistics_target`: reads Plans, Schema, Columns, Settings; says which columns' statistics are too coarse for their estimates."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Columns, Schema
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, PlanOrigin, Plans
from tunewright_analyzers.facts.relations import RelationName, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import Tuned, changed, server_wide
from tunewright_analyzers.recommendation import Scope, Takes
from tunewright_analyzers.sql.expressions import and_columns
from tunewright_analyzers.sql.identifiers import qualified, quoted

WANTED, MOST = 500, 10_000
_SCANS = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN, NodeKind.BITMAP_HEAP_SCAN}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an estimate is wrong enough, and when that is no matter of one column."""

    factor_min: float = threshold(10, "ratio", "Actual rows by estimated rows, or the other way round.")
    rows_min: float = threshold(1000, "rows", "The larger of the two.")
    columns_for_all: float = threshold(10, "count", "Columns from which default_statistics_target is advised for all.")


@dataclass(frozen=True, slots=True)
class _Column:
    table: RelationName
    name: str
    factor: float
    target: int


def _factor(node: PlanNode, limits: Thresholds) -> float | None:
    """How many times off, of an executed scan of a whole table by one condition; None where it is not, or not enough."""
    if node.kind not in _SCANS or node.actual_rows is None or node.relation is None or (node.loops or 0) > 1:
        return None
    factor = max(node.actual_rows, 1.0) / max(node.estimated_rows, 1.0)
    if max(node.actual_rows, node.estimated_rows) < limits.rows_min:
        return None
    return max(factor, 1 / factor) if max(factor, 1 / factor) >= limits.factor_min else None


def _found(context: Context[Thresholds]) -> tuple[_Column, ...]:
    """Columns that alone stand in a condition whose rows were estimated wrongly, and whose statistics are full."""
    schema, statistics = context.window.need(Schema), context.window.need(Columns)
    settings = context.window.need(Settings)
    every = int(settings.number("default_statistics_target", 100))
    targets = {(one.table, one.name): one.statistics_target for one in schema.columns}
    full = {(one.table, one.column): max(len(one.common_frequencies), one.histogram_buckets) for one in statistics.rows}
    worst: dict[tuple[RelationName, str], float] = defaultdict(float)
    for row in context.window.need(Plans).rows:
        if row.origin not in {PlanOrigin.AUTO_EXPLAIN, PlanOrigin.FILE}:
            continue
        for node in row.plan.root.walk():
            factor, relation = _factor(node, context.thresholds), node.relation
            conditions = [part for part in (node.index_condition, node.recheck_condition, node.filter) if part]
            columns = and_columns(" AND ".join(dict.fromkeys(conditions)) or None)
            if factor is not None and relation is not None and len(columns) == 1:
                key = (RelationName(row.database, relation.schema, relation.name), columns[0])
                worst[key] = max(worst[key], factor)
    found = []
    for key, factor in worst.items():
        own = targets.get(key)
        target = own if own is not None and own >= 0 else every
        if key in targets and full.get(key, 0) >= target - 1:
            found.append(_Column(*key, factor, target))
    return tuple(sorted(found, key=lambda one: (-one.factor, str(one.table), one.name)))


def _tuned(column: _Column, settings: Settings, wanted: int) -> Tuned | None:
    setting = settings.get("default_statistics_target")
    if setting is None:
        return None
    change = changed(
        setting,
        float(wanted),
        Scope.TABLE,
        f"{column.table}.{column.name}",
        Takes.AT_ONCE,
        "rows are estimated by finer statistics",
        str(column.target),
    )
    who = f"ALTER TABLE {qualified(column.table)} ALTER COLUMN {quoted(column.name)} SET STATISTICS"
    own = column.target if column.target != int(settings.number("default_statistics_target", 100)) else -1
    return Tuned((change,), (f"{who} {wanted};", f"ANALYZE {qualified(column.table)};"), (f"{who} {own};",))


@check(needs=(Plans, Schema, Columns, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def statistics_target(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Columns whose statistics are full and too coarse: a condition on one of them alone is estimated wrongly.

    Risk: joins, sorts and memory are planned for the wrong number of rows.
    Evidence: actual against estimated rows of an executed plan; entries of the column's statistics against its target.
    Remedy: a statistics target of 500 for the column; default_statistics_target only where it is so for many.
    False positives: parameters that a generic plan did not know. Several correlated columns are another matter: plans/row_misestimate
        advises CREATE STATISTICS; stale statistics too, where ANALYZE is enough.
    """
    settings, tables = context.window.need(Settings), context.window.section(Tables)
    stale = {
        row.name
        for row in (tables.rows if tables else ())
        if row.modified_since_analyze > 0.1 * max(1.0, row.row_estimate)
    }
    columns = [one for one in _found(context) if one.table not in stale]
    for column in columns:
        wanted = min(MOST, WANTED if column.target < WANTED else column.target * 2)
        found = context.finding(
            Subject("column", f"{column.table}.{column.name}", column.table.database),
            Severity.LOW,
            f"Rows by {column.table}.{column.name} alone are estimated {column.factor:,.0f} times off, with statistics of {column.target} entries.",
            Evidence("times off", round(column.factor, 1), "ratio", "auto_explain: actual by estimated rows"),
            Evidence(
                "statistics target", column.target, "count", "pg_attribute.attstattarget, default_statistics_target"
            ),
        )
        yield found
        yield from context.parameters(
            found, _tuned(column, settings, wanted), risk="ANALYZE and planning take a little longer; plans may change."
        )
    if len(columns) >= context.thresholds.columns_for_all:
        found = context.finding(
            Subject("setting", "default_statistics_target"),
            Severity.INFO,
            f"The statistics of {len(columns)} columns are too coarse.",
            Evidence("columns", len(columns), "count", "see the findings for each"),
        )
        yield found
        yield from context.parameters(
            found,
            server_wide(
                settings,
                context.window.latest.flavour,
                "default_statistics_target",
                float(WANTED),
                effect="all columns have finer statistics after the next ANALYZE",
            ),
            risk="ANALYZE takes five times as long, planning longer: prefer the columns one by one.",
        )
