"""What a statement asks of the relations it reads: conditions, orders, columns.

Made by predicates.py (PostgreSQL) and mysql/predicates.py, read by the index advisers.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from tunewright_analyzers.facts.relations import IndexColumn, RelationName


class PredicateError(ValueError):
    """The text is not one statement that can be understood; the message says why, without quoting it."""


class Use(StrEnum):
    """How a condition bounds a column."""

    EQUAL = "equal"
    LIST = "list"
    RANGE = "range"
    PREFIX = "prefix"
    IS_NULL = "is null"
    NOT_NULL = "is not null"
    TRUE = "true"
    FALSE = "false"
    JOIN = "join"
    CONTAINS = "contains"
    """An operator that only an inverted index serves: containment, overlap, key existence, text search."""
    SIMILAR = "similar"
    """A pattern that is not (or not known to be) anchored at the left: trigrams serve it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a column, or on an expression over columns of one relation.

    `text` is the condition itself, without qualifiers, where it holds neither literal nor parameter (`deleted_at IS NULL`): such a one
    can stand in a partial index. `alternative`: it stands under an OR. `operator`: as written, for CONTAINS, SIMILAR and PREFIX.
    """

    use: Use
    key: IndexColumn
    text: str | None = None
    alternative: bool = False
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one relation alone that holds no parameter, so that it can stand in a partial index, without qualifiers.

    `columns`: how often it reads each column. `has_constant`: it holds a literal, and so serves only the calls that say the same.
    """

    text: str
    columns: tuple[tuple[str, int], ...]
    has_constant: bool


@dataclass(slots=True)
class Access:
    """One relation as one FROM item of the statement uses it. `sort` and `group` are set only where this relation alone gives the keys."""

    table: RelationName
    alias: str
    conditions: list[Condition] = field(default_factory=list)
    sort: tuple[IndexColumn, ...] = ()
    group: tuple[str, ...] = ()
    columns: set[str] = field(default_factory=set)
    """Columns that are read anywhere in the statement."""
    reads: Counter[str] = field(default_factory=Counter)
    """How often each is read: what only an implied Filter reads need not be in a partial index."""
    filters: list[Filter] = field(default_factory=list)
    orders: list[tuple[IndexColumn, ...]] = field(default_factory=list)
    """Further orders that would spare work: of windows, DISTINCT, min and max, and the leading sort keys where others follow."""
    whole_row: bool = False
    """`*` was asked: no index can cover it."""
    written: set[str] = field(default_factory=set)
    """Columns that the statement assigns."""
    is_target: bool = False
    """INSERT, UPDATE, DELETE or MERGE write to it."""


@dataclass(frozen=True, slots=True)
class Predicates:
    """All accesses of a statement. `unresolved` says what could not be understood; `has_limit`: the outermost query stops early."""

    accesses: tuple[Access, ...]
    unresolved: tuple[str, ...] = ()
    has_limit: bool = False
