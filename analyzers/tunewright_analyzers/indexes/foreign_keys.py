"""Foreign keys without an index, as statements of the workload: what the server runs for each deleted row of the referenced table.

In comes a Workload, in it go the referential checks that its deletes (or those that the server counted) cause. The planner's cost of a
DELETE does not hold them, though each reads the whole referencing table where no index leads with its columns. Called by advice.py.
"""

import hashlib
from collections.abc import Mapping, Sequence

from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName, Table
from tunewright_analyzers.indexes.problem import WeightedStatement
from tunewright_analyzers.indexes.whatif import PlannerOracle, WhatIfError
from tunewright_analyzers.indexes.workload import Workload
from tunewright_analyzers.sql.access import Access, Condition, Predicates, Use
from tunewright_analyzers.sql.identifiers import qualified, quoted


def _is_supported(key: Constraint, indexes: Sequence[Index]) -> bool:
    columns = set(key.columns)
    return any(
        one.table == key.table
        and one.is_valid
        and one.predicate is None
        and {each.column for each in one.keys[: len(columns)]} == columns
        for one in indexes
    )


def _check(key: Constraint) -> str:
    where = " AND ".join(f"x.{quoted(column)} = ${number}" for number, column in enumerate(key.columns, 1))
    return f"SELECT 1 FROM ONLY {qualified(key.table)} x WHERE {where} FOR KEY SHARE OF x"


def referential_checks(
    work: Workload,
    schema: Schema,
    tables: Mapping[RelationName, Table],
    indexes: Sequence[Index],
    oracle: PlannerOracle,
    database: str,
    counted_seconds: float,
    window_seconds: float,
) -> None:
    """Add a statement for each foreign key that deletes must look up without an index. `counted_seconds`: the period of the tables' counters."""
    units = sum(one.calls * _cost(oracle, one.database, one.text) for one in work.statements)
    rate = sum(one.seconds for one in work.statements) / units if units > 0 else 0.0
    for key in sorted(schema.constraints, key=lambda one: (str(one.table), one.name)):
        referenced = tables.get(key.referenced_table) if key.referenced_table else None
        if key.kind != "f" or referenced is None or key.table not in tables or _is_supported(key, indexes):
            continue
        calls = round(referenced.rows_deleted * window_seconds / counted_seconds) if counted_seconds > 0 else 0
        text = _check(key)
        cost = _cost(oracle, database, text) if calls else 0.0
        if cost <= 0:
            continue
        identity = StatementId(hashlib.sha256(text.encode()).hexdigest()[:12])
        access = Access(key.table, "x", [Condition(Use.EQUAL, IndexColumn(column)) for column in key.columns])
        access.columns |= set(key.columns)
        access.whole_row = True  # it locks the row
        work.statements.append(
            WeightedStatement(identity, database, text, calls, calls * cost * rate, frozenset({key.table}))
        )
        work.asked.append(Predicates((access,)))


def _cost(oracle: PlannerOracle, database: str, text: str) -> float:
    try:
        return oracle.explain(database, text).root.cost.total
    except WhatIfError:
        return 0.0
