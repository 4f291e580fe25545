"""The schema's columns and constraints, and the planner's statistics of columns (never their values)."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class TextShapes:
    """Of a text column: how many of the values that the planner keeps were looked at (in the server), and how many are wholly a number, or a date.

    A number: at most 18 digits, no leading zero, no sign but `-`. A date: ISO 8601, with or without a time.
    """

    seen: int
    numbers: int
    dates: int


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What the planner knows of a column, without a single value of the user's data.

    `null_ratio` 0 to 1; `distinct` as in pg_stats (negative: a share of the rows); `width_bytes` average; `correlation` -1 to 1
    (None: not ordered); `common_frequencies` the shares of the most common values, highest first.
    """

    table: RelationName
    column: str
    null_ratio: float
    distinct: float
    width_bytes: int
    correlation: float | None
    common_frequencies: tuple[float, ...] = ()
    histogram_buckets: int = 0
    inherited: bool = False
    shapes: TextShapes | None = None
    """None: not a text column, or no kept value of it may be looked at."""


@dataclass(frozen=True, slots=True)
class Columns(Section):
    """Planner statistics of all columns that the role may read."""

    name: ClassVar[str] = "columns"
    rows: tuple[ColumnStatistics, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the catalogue. `type` as format_type prints it (`character varying(20)`), `base_type` without modifier or domain."""

    table: RelationName
    name: str
    position: int
    type: str
    base_type: str
    not_null: bool
    has_default: bool = False
    default: str | None = None
    identity: str = ""
    generated: str = ""
    collation: str | None = None
    statistics_target: int | None = None
    storage: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint. `kind`: p primary key, u unique, f foreign key, c check, x exclusion, n not null (as in pg_constraint.contype)."""

    name: str
    table: RelationName
    kind: str
    columns: tuple[str, ...]
    referenced_table: RelationName | None = None
    referenced_columns: tuple[str, ...] = ()
    on_delete: str = "a"
    on_update: str = "a"
    is_valid: bool = True
    is_deferrable: bool = False
    definition: str = ""
    index: RelationName | None = None


@dataclass(frozen=True, slots=True)
class ExtendedStatistics:
    """CREATE STATISTICS objects: which columns of a table are described together."""

    name: RelationName
    table: RelationName
    columns: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema(Section):
    """The catalogue of all watched databases: columns, constraints, extended statistics."""

    name: ClassVar[str] = "schema"
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    statistics: tuple[ExtendedStatistics, ...] = ()
