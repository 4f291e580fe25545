"""`plans/function_defeats_index`: reads Plans and Indexes; says where a function around a column keeps its index from being used."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import Indexes, RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, weight, worst_nodes
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.expressions import Wrapped, plain, wrapped_columns
from tunewright_analyzers.sql.identifiers import qualified, quoted


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which scans count."""

    cost_min: float = threshold(1000, "count", "Planner cost of the scan.")


@check(needs=(Plans, Indexes), thresholds=Thresholds)
def function_defeats_index(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Conditions that wrap an indexed column in a function, so that its index cannot be used.

    Risk: the whole table is read although an index on the column stands ready.
    Evidence: the filter of a sequential scan with the column inside a function, and the index that begins with the bare column.
    Remedy: write the condition on the bare column (a range instead of date_trunc), or index the expression.
    False positives: a filter so unselective that the index would not be used anyway.
    """
    indexes = [index for index in context.window.need(Indexes).rows if index.is_valid and index.keys]
    tables = {(index.table.schema, index.table.name): index.table for index in indexes}

    def wrapped(node: PlanNode) -> Wrapped | None:
        if node.kind is not NodeKind.SEQUENTIAL_SCAN or node.relation is None:
            return None
        name = (node.relation.schema, node.relation.name)
        leading = {index.keys[0].column for index in indexes if (index.table.schema, index.table.name) == name}
        here = [index.keys[0] for index in indexes if index.table == tables.get(name)]
        expressions = {plain(key.expression) for key in here if key.expression}
        for one in wrapped_columns(node.filter):
            if one.function is not None and one.column in leading and one.expression not in expressions:
                return one
        return None

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        return node.cost.total if node.cost.total >= context.thresholds.cost_min and wrapped(node) else None

    for fault in worst_nodes(context.window.need(Plans), score):
        one, relation = wrapped(fault.node), fault.node.relation
        assert one is not None
        assert relation is not None
        found = context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(fault.node)} compares {one.expression}: the function keeps the index on {one.column} from being used.",
            node_evidence(fault),
            Evidence("expression", one.expression, "", origin(fault.row)),
            Evidence("filter", fault.node.filter or "", "", origin(fault.row)),
            Evidence("cost of the scan", fault.score, "cost", origin(fault.row)),
        )
        yield found
        if context.window.latest.engine is not Engine.POSTGRESQL:
            continue  # the bare column is the remedy there: MariaDB has no index over an expression, and MySQL's must be written as the query is
        literal_free = "?" not in one.expression and "NULL" not in one.expression
        if relation.schema and literal_free:
            name = f"{relation.name}_{one.function}_{one.column}_idx"[:63]
            yield context.recommendation(
                found,
                Action.CREATE_INDEX,
                (f"CREATE INDEX CONCURRENTLY {quoted(name)} ON {qualified(relation)} (({one.expression}));",),
                risk="Takes disk space and makes writes to the table dearer; fails where the function is not IMMUTABLE.",
                rollback=(f"DROP INDEX CONCURRENTLY {qualified(RelationName('', relation.schema, name))};",),
                caution="Better where it can be done: write the condition on the bare column and need no further index.",
            )
