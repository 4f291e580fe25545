"""What the statistics say of columns, as candidates need it: types, nulls, distinct values, order on disk.

In come the Schema, Columns and Tables sections of a window, out comes a Known for one database. Called by advice.py. Without statistics
(a denied view) everything is unknown and candidates are made without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tunewright_analyzers.facts.columns import Columns, ColumnStatistics, Schema
from tunewright_analyzers.facts.relations import RelationName, Tables
from tunewright_analyzers.facts.snapshot import Window


@dataclass(frozen=True, slots=True)
class Known:
    """Columns of one database by (table, column), and rows and pages of its tables."""

    types: Mapping[tuple[RelationName, str], str] = field(default_factory=dict)
    statistics: Mapping[tuple[RelationName, str], ColumnStatistics] = field(default_factory=dict)
    rows: Mapping[RelationName, float] = field(default_factory=dict)
    pages: Mapping[RelationName, int] = field(default_factory=dict)

    @classmethod
    def of(cls, window: Window, database: str) -> "Known":
        """What the window knows of the database."""
        schema, columns, tables = window.section(Schema), window.section(Columns), window.section(Tables)
        rows = [one for one in tables.rows if one.name.database == database] if tables else []
        found: dict[tuple[RelationName, str], ColumnStatistics] = {}
        for one in columns.rows if columns else ():
            if one.table.database == database and (one.inherited or (one.table, one.column) not in found):
                found[one.table, one.column] = one
        return cls(
            {(one.table, one.name): one.base_type for one in schema.columns if one.table.database == database}
            if schema
            else {},
            found,
            {one.name: one.row_estimate for one in rows},
            {one.name: one.pages for one in rows},
        )

    def type(self, table: RelationName, column: str) -> str:
        """The column's base type; empty where it is not known."""
        return self.types.get((table, column), "")

    def null_ratio(self, table: RelationName, column: str) -> float:
        """0 where it is not known."""
        one = self.statistics.get((table, column))
        return one.null_ratio if one else 0.0

    def distinct(self, table: RelationName, column: str) -> float:
        """Different values; 0 where it is not known."""
        one = self.statistics.get((table, column))
        if one is None:
            return 0.0
        return one.distinct if one.distinct >= 0 else -one.distinct * max(self.rows.get(table, 0.0), 0.0)

    def correlation(self, table: RelationName, column: str) -> float:
        """Between the column's order and that on disk, 0 to 1; 0 where it is not known."""
        one = self.statistics.get((table, column))
        return abs(one.correlation or 0.0) if one else 0.0
