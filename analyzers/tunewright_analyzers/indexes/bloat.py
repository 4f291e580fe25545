"""How much of a B-tree is empty: its size against what the size model says a fresh one would take. Pure; asked by checks/indexes/bloated."""

from collections.abc import Mapping
from enum import StrEnum

from tunewright_analyzers.facts.columns import Column, Columns, ColumnStatistics, Schema
from tunewright_analyzers.facts.relations import Index, RelationName, Table
from tunewright_analyzers.indexes.size import IndexShape, KeyShape, btree_size

ColumnKey = tuple[RelationName, str]
_FIXED = {  # alignment of types of fixed length (pg_type.typalign); all others are of varying length
    "boolean": 1, "uuid": 1, '"char"': 1, "smallint": 2, "integer": 4, "date": 4, "real": 4, "oid": 4,
    "bigint": 8, "double precision": 8, "timestamp without time zone": 8, "timestamp with time zone": 8, "time without time zone": 8,
    "interval": 8, "money": 8, "macaddr": 4, "inet": 4,
}  # fmt: skip
_UNEQUAL_IMAGE = frozenset({"numeric", "real", "double precision", "jsonb"})
"""Types whose equal values may differ in their bits: such keys are never folded (btequalimage)."""


def statistics_of(columns: Columns) -> dict[ColumnKey, ColumnStatistics]:
    """The planner's statistics of each column, of the table itself rather than of its children."""
    return {(one.table, one.column): one for one in sorted(columns.rows, key=lambda one: not one.inherited)}


def types_of(schema: Schema) -> dict[ColumnKey, Column]:
    """Each column by table and name."""
    return {(one.table, one.name): one for one in schema.columns}


def _shape(known: ColumnStatistics, column: Column, rows: float) -> KeyShape:
    values = rows * (1 - known.null_ratio)
    distinct = known.distinct if known.distinct > 0 else -known.distinct * rows
    alignment = _FIXED.get(column.base_type)
    return KeyShape(
        float(known.width_bytes),
        alignment or 4,
        alignment is None,
        known.null_ratio,
        max(1.0, min(distinct, values)) if known.distinct and values >= 1 else None,
        column.base_type == "numeric",
    )


def empty_bytes(
    index: Index, statistics: Mapping[ColumnKey, ColumnStatistics], types: Mapping[ColumnKey, Column]
) -> int | None:
    """Bytes of a B-tree beyond a freshly built one. None where a column has no statistics, for expressions, and without a row count."""
    if index.method != "btree" or index.row_estimate <= 0:
        return None
    shapes: list[KeyShape] = []
    for name in (*(key.column for key in index.keys), *index.included):
        key = (index.table, name or "")
        if key not in statistics or key not in types:
            return None
        shapes.append(_shape(statistics[key], types[key], index.row_estimate))
    kinds = {types[(index.table, key.column or "")].base_type for key in index.keys}
    folds = not index.included and not kinds & _UNEQUAL_IMAGE and not any(kind.endswith("[]") for kind in kinds)
    alone = len(shapes) == 1 and index.predicate is None
    common = statistics[(index.table, index.keys[0].column or "")].common_frequencies if alone else ()
    width = len(index.keys)
    shape = IndexShape(index.row_estimate, tuple(shapes[:width]), tuple(shapes[width:]), common, folds)
    return max(0, index.size_bytes - btree_size(shape).size_bytes)


STALE_RATIO = 0.2
"""Share of the rows changed since ANALYZE from which its statistics no longer describe the index."""


class Confidence(StrEnum):
    """How far the estimate can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def confidence(index: Index, types: Mapping[ColumnKey, Column], table: Table | None) -> tuple[Confidence, str]:
    """How sure the estimate is, and why: keys of fixed length and fresh statistics leave little to guess.

    Measured against pgstattuple (tests/live/test_index_bloat.py): within 0.15 of the share that is empty.
    """
    changed = None if table is None else table.modified_since_analyze / max(1.0, table.row_estimate)
    if table is not None and table.last_analyze is None and table.last_autoanalyze is None:
        return Confidence.LOW, "the table's statistics have no date: it was not analysed since the counters were reset"
    if changed is not None and changed > STALE_RATIO:
        return Confidence.LOW, f"{changed:.0%} of the rows changed since the last ANALYZE"
    names = [key.column or "" for key in index.keys] + list(index.included)
    varying = [name for name in names if types[(index.table, name)].base_type not in _FIXED]
    if varying:
        return Confidence.MEDIUM, f"{', '.join(varying)} of varying length: the average width stands for all values"
    if table is None:
        return Confidence.MEDIUM, "the table was not read: how old its statistics are is unknown"
    return Confidence.HIGH, "keys of fixed length, statistics up to date"
